// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/journal.hpp"

#include <gmock/gmock.h>

#include "base/io/memory_disk.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::scheduling {
namespace {

using directory::test_id;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view k_message =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n"
    "UID:m\r\nDTSTAMP:20261001T000000Z\r\nDTSTART:20261130T100000Z\r\n"
    "ORGANIZER:mailto:anna@example.test\r\nATTENDEE:mailto:boris@example.test\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n";

Untold example() {
  Untold out;
  out.id = Uuid::random();
  out.owner = test_id(1);
  out.writer = test_id(2);
  out.folder = 7;
  out.name = "m.ics";
  out.uid = "m";
  out.before = Uuid::random();
  auto& message = out.messages.emplace_back();
  message.from = "anna@example.test";
  message.to = {"boris@example.test", "clara@example.test"};
  message.calendar = calendar::read_message(k_message).value().calendar;
  return out;
}

TEST(UntoldFormat, KeepsEverything) {
  const auto was = example();
  const auto is = parse_untold(format_untold(was));
  ASSERT_TRUE(is) << is.error().detail();
  EXPECT_EQ(is->id, was.id);
  EXPECT_EQ(is->owner, was.owner);
  EXPECT_EQ(is->writer, was.writer);
  EXPECT_EQ(is->folder, was.folder);
  EXPECT_EQ(is->name, was.name);
  EXPECT_EQ(is->uid, was.uid);
  EXPECT_EQ(is->before, was.before);
  ASSERT_EQ(is->messages.size(), 1U);
  EXPECT_EQ(is->messages[0].method, calendar::Method::request);
  EXPECT_EQ(is->messages[0].from, was.messages[0].from);
  EXPECT_EQ(is->messages[0].to, was.messages[0].to);
  EXPECT_EQ(calendar::write_component(is->messages[0].calendar), k_message);
  EXPECT_EQ(is->recipients(), 2U);
}

TEST(UntoldFormat, IsReadWholeOrNotAtAll) {
  const auto bytes = format_untold(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(parse_untold(bytes.substr(0, i))) << i;
    auto other = bytes;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(parse_untold(other)) << i;
  }
  EXPECT_FALSE(parse_untold(bytes + '\0'));
  auto later = bytes;
  later[4] = 2;
  EXPECT_EQ(parse_untold(later).error().code(), Errc::unsupported);
}

TEST(Journal, GivesWhatWasLeftAtItsOpening) {
  io::MemoryDisk disk;
  store::TaskThreads threads(1);
  io::DiskPool pool(1);  // ends first: its last job holds an executor of the threads
  const auto journal = Journal::open(disk, "/data/untold", pool).value();
  auto kept = example();
  const auto dropped = example();
  ASSERT_TRUE(threads.work(journal->keep(kept)));
  ASSERT_TRUE(threads.work(journal->keep(dropped)));
  kept.messages[0].to = {"clara@example.test"};
  ASSERT_TRUE(threads.work(journal->keep(kept)));
  threads.work(journal->drop(dropped.id));
  EXPECT_THAT(threads.work(journal->load()).untold, IsEmpty());
  ASSERT_TRUE(io::write_file_durably(disk, "/data/untold/x.untold", "garbage"));
  const auto found = disk.after_power_loss(1);
  ASSERT_TRUE(found->remove("/data/untold/" + dropped.id.text() + ".untold").has_value() ||
              !found->stat("/data/untold/" + dropped.id.text() + ".untold"));
  const auto again = Journal::open(*found, "/data/untold", pool).value();
  const auto left = threads.work(again->load());
  ASSERT_EQ(left.untold.size(), 1U);
  EXPECT_EQ(left.untold[0].id, kept.id);
  EXPECT_THAT(left.untold[0].messages[0].to, ElementsAre("clara@example.test"));
  EXPECT_THAT(left.damaged, ElementsAre("/data/untold/x.untold"));
}

}  // namespace
}  // namespace kontor::scheduling
