// SPDX-License-Identifier: GPL-3.0-or-later
// A mailbox made of another one's logs up to a moment, where compaction has been at work since.
#include "store/tools/rewind.hpp"

#include <gtest/gtest.h>

#include <map>

#include "store/mailbox/reader_account.hpp"
#include "store/tools/inspect.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

constexpr std::int64_t k_day = 86'400;
constexpr unsigned k_messages = 40, k_then = 20, k_purged = 10;
constexpr const char* k_to = "/data/restored";

class RewindTest : public StoreFixture {
 protected:
  RewindTest() {
    settings_.log_segment = 30'000;
    settings_.reserve = 0;
    open();
  }

  static NewMessage big_message(unsigned number) {
    auto message = message_of("message " + std::to_string(number));
    for (unsigned i = 0; i < 120; ++i)
      message.message.raw += "line " + std::to_string(i * number % 17) + " of the text\r\n";
    return message;
  }

  // The moment lies behind the 20th message of 40; of the first twenty every second one is expunged
  // later, and cannot be brought back.
  void make_history() {
    const auto mailbox = account();
    for (unsigned i = 1; i <= k_messages; ++i) {
      append(*mailbox, k_inbox, big_message(i));
      if (i == 5) read_by_another({1, 2, 3}, FlagAction::add);
      if (i == k_then) moment_ = clock_.now();
      if (i == k_then + 5) read_by_another({1, 5}, FlagAction::remove);
      clock_.advance(60);
    }
    validity_ = mailbox->view().open(k_inbox)->info().uid_validity;
    std::vector<Uid> uids;
    for (Uid uid = 2; uid <= k_then; uid += 2) uids.push_back(uid);
    ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, uids)));
    clock_.advance(40 * k_day);
    ASSERT_TRUE(threads_.work(mailbox->purge(clock_.now())));
    folder_ = account_folder(mailbox->id());
  }
  void read_by_another(const std::vector<Uid>& uids, FlagAction action) {
    FlagChange change;
    change.action = action;
    change.flags = k_seen;
    const auto reader = as_reader(account(), owner_of(2));
    ASSERT_TRUE(threads_.work(reader->change_flags(k_inbox, uids, change)));
  }
  void compact() {
    reopen();
    CompactTurn turn;
    turn.wish = CompactWish::at_once;
    const auto report = threads_.work(store_->compact(*store_->find(owner_of(1)), turn));
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_GT(report->logs, 2U);
  }
  // The moment's account, made anew; how many messages are lost.
  std::uint64_t rewind() {
    const auto past = read_past(*disk_, folder_, moment_);
    EXPECT_TRUE(past) << past.error().text();
    if (!past) return 0;
    EXPECT_GT(log_generation(past->end.file), 1U) << "the moment lies in a compacted log";
    Rewind wanted;
    wanted.from = folder_;
    wanted.to = k_to;
    wanted.now = clock_.now();
    const auto done = rewind_account(*disk_, *past, wanted);
    EXPECT_TRUE(done) << done.error().text();
    return done ? done->lost : 0;
  }
  // {UID: message} of the new account's inbox, each read in full.
  std::map<Uid, std::string> restored() {
    std::map<Uid, std::string> out;
    const auto found = verify_account(*disk_, k_to);
    EXPECT_TRUE(found && found->good) << (found ? found->text : found.error().text());
    const auto now = read_past(*disk_, k_to, {});
    EXPECT_TRUE(now) << now.error().text();
    if (!now) return out;
    const auto* inbox = now->state.find(k_inbox);
    EXPECT_GT(inbox->info.uid_validity, validity_);
    std::map<ItemId, Uid> uids;
    inbox->entries.for_each(0, inbox->entries.size(),
                            [&](std::size_t, const EntryRow& row) { uids[row.item] = row.uid; });
    const auto wanted = [&](ItemId item) { return uids.contains(item); };
    const auto visit = [&](ItemId item, const DeliverFrame& message) -> Result<void> {
      out[uids[item]] = message.raw;
      return {};
    };
    EXPECT_TRUE(read_items(*disk_, k_to, wanted, visit));
    EXPECT_EQ(out.size(), uids.size()) << "every message that is shown can be read";
    return out;
  }
  void expect_messages(const std::map<Uid, std::string>& found, bool all) {
    for (Uid uid = 1; uid <= k_then; ++uid) {
      const bool there = all || uid % 2 == 1;
      ASSERT_EQ(found.contains(uid), there) << uid;
      if (there) {
        EXPECT_EQ(found.at(uid), big_message(uid).message.raw);
      }
    }
    EXPECT_EQ(found.size(), all ? k_then : k_then - k_purged);
  }

  UtcSeconds moment_{};
  std::uint32_t validity_ = 0;
  std::string folder_;
};

TEST_F(RewindTest, AMomentWithinACompactedLog) {
  settings_.keep_replaced = std::chrono::seconds(0);
  make_history();
  compact();
  EXPECT_EQ(rewind(), k_purged);
  expect_messages(restored(), false);
  EXPECT_EQ(rewind(), k_purged) << "once more, over what an earlier attempt left";
}

TEST_F(RewindTest, WhatCompactionReplacedIsStillThere) {
  make_history();
  compact();
  EXPECT_EQ(rewind(), 0U);
  expect_messages(restored(), true);
}

TEST_F(RewindTest, WhatAReaderHadReadThenIsReadAgain) {
  settings_.keep_replaced = std::chrono::seconds(0);
  make_history();
  compact();
  EXPECT_EQ(rewind(), k_purged);
  const auto now = read_past(*disk_, k_to, {});
  ASSERT_TRUE(now) << now.error().text();
  const auto* his = flags_of_reader(*now->state.find(k_inbox), owner_of(2));
  ASSERT_NE(his, nullptr);
  std::map<Uid, FlagBits> found;
  his->for_each([&](const ReaderRow& row) { found[row.uid] = row.flags(); });
  // 1 as it was then; 2 is lost, and nothing is kept of it.
  EXPECT_EQ(found, (std::map<Uid, FlagBits>{{1, k_seen}, {3, k_seen}}));
}

TEST_F(RewindTest, WhatWasReplacedIsNotWholeAnyMore) {
  make_history();
  compact();
  close();
  for (const auto& name : *disk_->list(folder_)) {
    if (!name.starts_with("log.") || name.contains(".g")) continue;
    if (!disk_->stat(folder_ + '/' + name + ".g2")) continue;
    const auto file = disk_->open(folder_ + '/' + name, io::OpenMode::write);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write(5'000, "something else"));
  }
  EXPECT_EQ(rewind(), k_purged);
  expect_messages(restored(), false);
}

}  // namespace
}  // namespace kontor::store
