// SPDX-License-Identifier: GPL-3.0-or-later
// A mailbox as it was at a moment, and how far a backup of its logs goes.
#include "store/tools/history.hpp"

#include <gmock/gmock.h>

#include "store/tools/log_extent.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t k_ahead = 400 * 86'400;  // seconds

UtcSeconds at(int year, unsigned month, unsigned day, std::chrono::seconds time) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         time;
}

TEST(MomentTest, DatesAndSpans) {
  const auto now = at(2026, 11, 22, 10h);
  EXPECT_EQ(*parse_moment("2026-11-02", now), at(2026, 11, 2, 23h + 59min + 59s));
  EXPECT_EQ(*parse_moment("2026-11-02 10:30", now), at(2026, 11, 2, 10h + 30min));
  EXPECT_EQ(*parse_moment("2026-11-02T10:30:15Z", now), at(2026, 11, 2, 10h + 30min + 15s));
  EXPECT_EQ(*parse_moment("-3h", now), now - 3h);
  EXPECT_EQ(*parse_moment("-2d", now), now - 48h);
  for (const auto* text : {"", "now", "2026-13-01", "2026-02-30", "2026-11-02 25:00", "26-11-02",
                           "-3", "-h", "-3w", "2026-11-02 10", "2026-11-02 10:30:61"})
    EXPECT_EQ(parse_moment(text, now).error().code(), Errc::bad_input) << text;
}

class HistoryTest : public StoreFixture {
 protected:
  std::size_t inbox_size(const Past& past) { return past.state.find(k_inbox)->entries.size(); }
};

TEST_F(HistoryTest, EachMomentHasItsMessages) {
  open();
  const auto mailbox = account();
  std::vector<UtcSeconds> moments;
  for (int i = 1; i <= 3; ++i) {
    append(*mailbox, k_inbox, message_of("message " + std::to_string(i)));
    moments.push_back(clock_.now());
    clock_.advance(3'600);
  }
  ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, {1})));
  const auto folder = account_folder(mailbox->id());
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, moments[0])), 1U);
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, moments[1])), 2U);
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, moments[2])), 3U);
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, moments[2] + 59min)), 3U);
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, clock_.now())), 2U);
  EXPECT_EQ(inbox_size(*read_past(*disk_, folder, {})), 2U);
  EXPECT_EQ(read_past(*disk_, folder, moments[0] - 24h * 365 * 50).error().code(), Errc::not_found);
  std::vector<std::string> bodies;
  const auto visit = [&](ItemId, const DeliverFrame& message) -> Result<void> {
    bodies.emplace_back(message.raw);
    return {};
  };
  ASSERT_TRUE(read_items(*disk_, folder, [](ItemId) { return true; }, visit));
  ASSERT_EQ(bodies.size(), 3U);
  EXPECT_EQ(bodies[0], message_of("message 1").message.raw) << "expunged, still in the log";
}

TEST_F(HistoryTest, AClockThatWasAheadHidesNothing) {
  open();
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("one"));
  clock_.advance(k_ahead);
  append(*mailbox, k_inbox, message_of("from the future"));
  clock_.advance(-k_ahead);
  append(*mailbox, k_inbox, message_of("two"));
  EXPECT_EQ(inbox_size(*read_past(*disk_, account_folder(mailbox->id()), clock_.now())), 3U);
}

TEST_F(HistoryTest, AnExtentEndsBehindTheLastFrame) {
  open();
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("one"));
  const auto folder = account_folder(mailbox->id());
  const auto first = find_extent(*disk_, folder, {});
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_EQ(first->files.size(), 1U);
  EXPECT_LT(first->files[0].size, disk_->stat(folder + "/log.000001")->size) << "written ahead";
  append(*mailbox, k_inbox, message_of("two"));
  const auto whole = find_extent(*disk_, folder, {});
  const auto grown = find_extent(*disk_, folder, first->sure);
  ASSERT_TRUE(grown) << grown.error().text();
  EXPECT_GT(grown->files[0].size, first->files[0].size);
  EXPECT_EQ(grown->files[0].size, whole->files[0].size);
  EXPECT_EQ(grown->sure.end, whole->sure.end);
  EXPECT_GE(whole->sure.end.offset, first->sure.end.offset);
  LogMark beyond = whole->sure;
  beyond.end.offset += 1'000'000;
  EXPECT_EQ(find_extent(*disk_, folder, beyond)->files[0].size, whole->files[0].size);
}

TEST(LogNameTest, LogsAndTheirGenerations) {
  EXPECT_EQ(parse_log_name("log.000003")->number, 3U);
  EXPECT_EQ(parse_log_name("log.000003.g2")->generation, 2U);
  EXPECT_EQ(parse_log_name("log.1000000")->number, 1'000'000U);
  for (const auto* name : {"log.", "log.3", "log.000003.new", "log.000003.g", "log.000003.part",
                           "snapshot", "log.000003.g2.new", "log..g2"})
    EXPECT_FALSE(parse_log_name(name)) << name;
}

}  // namespace
}  // namespace kontor::store
