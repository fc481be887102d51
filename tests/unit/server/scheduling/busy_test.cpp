// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/busy.hpp"

#include <gmock/gmock.h>

#include "server/scheduling/calendars.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::scheduling {
namespace {

using calendar::BusyPeriod;
using calendar::BusyType;
using calendar::TimeRange;
using std::chrono::days;
using std::chrono::hours;
using ::testing::IsEmpty;

UtcSeconds day(unsigned month, unsigned number) {
  return std::chrono::sys_days(std::chrono::year(2026) / month / number);
}

std::string event(const std::string& uid, const std::string& start, const std::string& more = "") {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VEVENT\r\nUID:" + uid +
         "\r\nDTSTAMP:20261001T000000Z\r\nDTSTART:" + start + "\r\nDURATION:PT1H\r\n" + more +
         "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

TEST(BusyWindow, CoversEachMomentOnce) {
  for (const auto moment :
       {day(1, 1), day(2, 28), UtcSeconds{}, UtcSeconds{} - days(1), UtcSeconds{} - days(28),
        UtcSeconds{} - days(29), day(11, 23) + hours(5)}) {
    const auto range = range_of(busy_window_of(moment));
    EXPECT_LE(range.begin, moment);
    EXPECT_LT(moment, range.end);
    EXPECT_EQ(range.end - range.begin, days(28));
  }
  EXPECT_EQ(busy_window_of(UtcSeconds{}), 0);
  EXPECT_EQ(busy_window_of(UtcSeconds{} - std::chrono::seconds(1)), -1);
}

TEST(BusyMemory, KeepsWhatIsNotOldAndNotTooMuch) {
  BusyMemory memory(2);
  const auto anna = Uuid::random();
  const std::vector<BusyPeriod> periods{{{day(1, 1), day(1, 2)}, BusyType::busy}};
  memory.keep(anna, 1, "a", periods);
  EXPECT_EQ(memory.find(anna, 1, "a"), periods);
  EXPECT_FALSE(memory.find(anna, 1, "b")) << "the calendars have changed";
  EXPECT_FALSE(memory.find(anna, 2, "a"));
  EXPECT_FALSE(memory.find(Uuid::random(), 1, "a"));
  memory.keep(anna, 2, "a", periods);
  EXPECT_TRUE(memory.find(anna, 1, "a"));
  memory.keep(anna, 3, "a", periods);
  EXPECT_FALSE(memory.find(anna, 2, "a")) << "it was not asked for longest";
  EXPECT_TRUE(memory.find(anna, 1, "a"));
  const std::vector<BusyPeriod> many(BusyMemory::k_most_periods + 1, periods.front());
  memory.keep(anna, 4, "a", many);
  EXPECT_FALSE(memory.find(anna, 4, "a"));
}

class BusyTest : public store::StoreFixture {
 protected:
  void SetUp() override {
    open();
    anna_ = account(1);
    store::FolderOptions options;
    options.folder_class = store::FolderClass::calendar;
    calendar_ = threads_.work(anna_->create_folder("calendar:default", options)).value();
  }
  void put(const std::string& name, const std::string& bytes) {
    const auto object = calendar::read_object(bytes);
    ASSERT_TRUE(object) << object.error().sentence;
    store::NewObject made{name, bytes, keys_of(*object, zones_)};
    ASSERT_TRUE(threads_.work(anna_->put_object(calendar_, std::move(made), {})));
  }
  std::vector<BusyPeriod> ask(TimeRange range, BusyMemory* memory) {
    BusyQuestion question;
    question.range = range;
    question.self = {"anna@example.test"};
    question.memory = memory;
    return threads_.work(busy_times(*anna_, anna_->view(), std::move(question), zones_)).value();
  }
  void TearDown() override { anna_.reset(); }
  std::shared_ptr<store::Account> anna_;
  store::FolderId calendar_ = 0;
  calendar::Zones zones_;
};

TEST_F(BusyTest, IsTheSameWithAndWithoutMemory) {
  put("a", event("a", "20261122T230000Z", "RRULE:FREQ=DAILY\r\n"));
  put("b", event("b", "20261101T100000Z", "STATUS:TENTATIVE\r\nRRULE:FREQ=WEEKLY;COUNT=30\r\n"));
  put("c", event("c", "20261110T000000Z", "RRULE:FREQ=MONTHLY\r\n"));
  BusyMemory memory;
  for (int turn = 0; turn < 2; ++turn)
    for (const auto length : {days(1), days(7), days(28), days(60), days(200)})
      for (auto begin = day(11, 1); begin < day(12, 30); begin += days(9)) {
        const TimeRange range{begin + hours(12), begin + length};
        if (range.begin >= range.end) continue;
        EXPECT_EQ(ask(range, &memory), ask(range, nullptr)) << length << begin.time_since_epoch();
      }
  EXPECT_FALSE(ask({day(11, 22), day(11, 29)}, &memory).empty());
}

TEST_F(BusyTest, FollowsEachChange) {
  BusyMemory memory;
  const TimeRange week{day(11, 22), day(11, 29)};
  EXPECT_THAT(ask(week, &memory), IsEmpty());
  put("a", event("a", "20261123T100000Z"));
  EXPECT_EQ(ask(week, &memory).size(), 1U);
  put("a", event("a", "20261124T100000Z"));
  ASSERT_EQ(ask(week, &memory).size(), 1U);
  EXPECT_EQ(ask(week, &memory).front().range.begin, day(11, 24) + hours(10));
  ASSERT_TRUE(threads_.work(anna_->remove_object(calendar_, "a", {})));
  EXPECT_THAT(ask(week, &memory), IsEmpty());
}

TEST_F(BusyTest, CountsTheHoursOfTheInbox) {
  store::FolderOptions options;
  options.folder_class = store::FolderClass::calendar;
  const auto inbox = threads_.work(anna_->create_folder(std::string(k_inbox), options)).value();
  const std::string hours_of_work =
      "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VAVAILABILITY\r\nUID:v\r\n"
      "DTSTAMP:20261001T000000Z\r\nBEGIN:AVAILABLE\r\nUID:w\r\nDTSTAMP:20261001T000000Z\r\n"
      "DTSTART:20261101T080000Z\r\nDTEND:20261101T170000Z\r\nRRULE:FREQ=DAILY\r\n"
      "END:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n";
  BusyMemory memory;
  const TimeRange one{day(11, 22), day(11, 23)};
  EXPECT_THAT(ask(one, &memory), IsEmpty());
  std::vector<store::AnnotationChange> changes(1);
  changes[0].entry = "/dav/prop/{urn:ietf:params:xml:ns:caldav}calendar-availability";
  changes[0].value =
      "<C:calendar-availability xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><![CDATA[" +
      hours_of_work + "]]></C:calendar-availability>";
  ASSERT_TRUE(threads_.work(anna_->set_annotations(inbox, std::move(changes), 100)));
  const std::vector<BusyPeriod> expected{
      {{day(11, 22), day(11, 22) + hours(8)}, BusyType::unavailable},
      {{day(11, 22) + hours(17), day(11, 23)}, BusyType::unavailable}};
  EXPECT_EQ(ask(one, &memory), expected);
  EXPECT_EQ(ask(one, &memory), expected) << "as it is remembered";
}

}  // namespace
}  // namespace kontor::scheduling
