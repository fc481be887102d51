// SPDX-License-Identifier: GPL-3.0-or-later
// Compaction of whole accounts: the space comes back, and nothing that anybody sees changes.
#include <random>

#include "store/mailbox/upkeep.hpp"
#include "store/tools/inspect.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

constexpr std::int64_t k_day = 86'400;

class CompactTest : public StoreFixture {
 protected:
  CompactTest() {
    settings_.log_segment = 40'000;
    settings_.reserve = 0;
    open();
  }

  static NewMessage big_message(unsigned number) {
    auto message = message_of("message " + std::to_string(number));
    for (unsigned i = 0; i < 120; ++i)
      message.message.raw += "line " + std::to_string(i * number % 17) + " of the text\r\n";
    return message;
  }
  // Messages over several logs; every second one expunged.
  void fill(unsigned count) {
    const auto mailbox = account();
    std::vector<Uid> uids;
    for (unsigned i = 1; i <= count; ++i) {
      const auto appended = append(*mailbox, k_inbox, big_message(i));
      if (i % 2 == 0) uids.push_back(appended.uids.front());
    }
    ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, uids)));
  }
  // What was expunged cannot be brought back any more.
  void forget() {
    clock_.advance(40 * k_day);
    ASSERT_TRUE(threads_.work(account()->purge(clock_.now())));
    reopen();
  }
  CompactReport compact(CompactWish wish = CompactWish::upkeep) {
    const auto id = *store_->find(owner_of(1));
    CompactTurn turn;
    turn.wish = wish;
    auto report = threads_.work(store_->compact(id, turn));
    EXPECT_TRUE(report) << report.error().text();
    return report ? *report : CompactReport();
  }
  std::string folder() { return account_folder(*store_->find(owner_of(1))); }
  std::vector<std::string> log_names() {
    std::vector<std::string> names;
    for (const auto& name : *disk_->list(folder()))
      if (name.starts_with("log.")) names.push_back(name);
    return names;
  }
  std::uint64_t log_bytes() {
    std::uint64_t bytes = 0;
    for (const auto& name : log_names()) bytes += disk_->stat(folder() + "/" + name)->size;
    return bytes;
  }
  // All that a client can read, in UID order.
  std::string contents() {
    const auto mailbox = account();
    std::string text;
    const auto view = mailbox->view().open(k_inbox);
    for (std::size_t i = 0; i < view->size(); ++i) {
      const auto entry = view->at(i);
      const auto raw = threads_.work(mailbox->read_message(entry.item));
      const auto part = threads_.work(mailbox->read_range(entry.item, 100, 50));
      const auto heads = threads_.work(mailbox->read_fragments({entry.item}));
      text += std::to_string(entry.uid) + " " + (raw ? *raw : raw.error().text());
      text += part && raw && *part == raw->substr(100, 50) ? " part" : " NO PART";
      text += heads ? std::string(heads->front().envelope()).append(heads->front().preview())
                    : heads.error().text();
    }
    return text;
  }
  void expect_replay_is_same() {
    const auto state = state_of(*account());
    drop_snapshot(*store_->find(owner_of(1)));
    reopen();
    EXPECT_EQ(difference(*state_of(*account()), *state), "");
    const auto found = verify_account(*disk_, folder());
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->good) << found->text;
  }
};

TEST_F(CompactTest, GivesTheSpaceBackAndChangesNothing) {
  fill(80);
  forget();
  const auto before = contents();
  const auto state = state_of(*account());
  const auto size = log_bytes();
  const auto report = compact();
  EXPECT_GT(report.logs, 3U);
  EXPECT_EQ(report.passed_over.size(), 0U);
  EXPECT_LT(report.after * 4, report.before) << "half is dead, text packs to a third";
  EXPECT_EQ(report.removed.logs, 0U);
  EXPECT_EQ(report.removed.kept_logs, report.logs);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(difference(*state_of(*account()), *state), "");
  expect_replay_is_same();
  EXPECT_EQ(contents(), before);
  // A day later the replaced logs go, while the account is in use.
  clock_.advance(k_day + 1);
  const auto mailbox = account();
  const auto later = compact();
  EXPECT_EQ(later.logs, 0U);
  EXPECT_EQ(later.removed.logs, report.logs);
  EXPECT_EQ(later.removed.bytes, report.before);
  EXPECT_LT(log_bytes() * 3, size);
  EXPECT_EQ(contents(), before);
  expect_replay_is_same();
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, WorksOnAnAccountThatNobodyHasLoaded) {
  fill(60);
  forget();
  const auto before = contents();
  reopen();  // nobody asks for it now
  const auto report = compact();
  EXPECT_GT(report.logs, 2U);
  EXPECT_FALSE(store_->list().front().loaded);
  EXPECT_EQ(contents(), before);
  expect_replay_is_same();
}

TEST_F(CompactTest, DeliveriesGoOnBesideIt) {
  fill(60);
  forget();
  reopen();
  const auto owner = owner_of(1);
  ASSERT_TRUE(threads_.work(store_->deliver(owner, big_message(900))));  // its log is open alone
  EXPECT_GT(compact().logs, 2U);
  ASSERT_TRUE(threads_.work(store_->deliver(owner, big_message(901))));
  EXPECT_NE(contents().find("message 901"), std::string::npos);
  expect_replay_is_same();
}

TEST_F(CompactTest, ASnapshotFromBeforeIsBroughtUpToIt) {
  fill(60);
  forget();
  const auto before = contents();
  settings_.keep_replaced = std::chrono::seconds(0);
  reopen();  // writes a snapshot
  const auto old = io::read_file(*disk_, folder() + "/snapshot", 1U << 30U);
  ASSERT_TRUE(old);
  const auto report = compact();
  EXPECT_GT(report.logs, 2U);
  EXPECT_EQ(report.removed.logs, report.logs);
  const auto path = folder() + "/snapshot";
  close();
  ASSERT_TRUE(io::write_file_durably(*disk_, path, *old));
  open();
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(sink_.count("store.snapshot.ignored"), 0U);
}

TEST_F(CompactTest, ASnapshotOfALaterGenerationIsPassedOver) {
  fill(60);
  forget();
  const auto before = contents();
  EXPECT_GT(compact().logs, 2U);
  reopen();
  const auto path = folder();
  const auto names = log_names();
  close();
  for (const auto& name : names)  // a copy that has the old logs beside a new snapshot
    if (name.ends_with(".g2")) {
      ASSERT_TRUE(disk_->remove(path + "/" + name));
    }
  open();
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(sink_.count("store.snapshot.ignored"), 1U);
}

TEST_F(CompactTest, ACopyMadeAtAnyMomentIsAValidMailbox) {
  fill(60);
  forget();
  const auto before = contents();
  reopen();
  const auto path = folder();
  std::size_t copies = 0, wrong = 0;
  std::string first;
  disk_->before_each([&](std::uint64_t) {  // a copier that sees the files as they are now
    const auto copy = disk_->after_kill();
    ++copies;
    const auto found = verify_account(*copy, path);
    if (found && found->good) return;
    if (wrong++ == 0) first = found ? found->text : found.error().text();
  });
  EXPECT_GT(compact().logs, 2U);
  disk_->before_each({});
  EXPECT_GT(copies, 20U);
  EXPECT_EQ(wrong, 0U) << first;
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, AFullDiskEndsItWithoutATrace) {
  fill(60);
  forget();
  const auto before = contents();
  std::uint64_t rewritten = 0, failures = 0, full = 1;
  for (int allowed = 0; full > 0; ++allowed) {
    ASSERT_LT(allowed, 100) << "it never gets through";
    int left = allowed;
    faulty_->decide_by([&left](const io::OperationInfo& info) {
      if (!info.path.ends_with(".new") || info.kind == io::Operation::remove) return 0;
      return left-- > 0 ? 0 : ENOSPC;
    });
    const auto report = compact();
    faulty_->decide_by({});
    rewritten += report.logs;
    failures += full = report.passed_over.size();
    EXPECT_EQ(contents(), before);
    for (const auto& name : log_names()) EXPECT_FALSE(name.ends_with(".new")) << name;
  }
  EXPECT_GT(rewritten, 2U) << "tried again later";
  EXPECT_GT(failures, 8U);
  EXPECT_EQ(sink_.count("store.compact.failed"), failures);
  expect_replay_is_same();
}

TEST_F(CompactTest, ADiskThatCannotReadALogCostsNothing) {
  fill(60);
  forget();
  const auto before = contents();
  faulty_->decide_by([](const io::OperationInfo& info) {
    return info.kind == io::Operation::read && info.path.ends_with("log.000002") ? EIO : 0;
  });
  const auto report = compact();
  faulty_->decide_by({});
  EXPECT_EQ(report.passed_over.size(), 1U);
  EXPECT_GT(report.logs, 1U);
  EXPECT_EQ(contents(), before);
  EXPECT_EQ(compact().logs, 1U) << "tried again later";
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, ADamagedLogIsLeftAlone) {
  fill(60);
  forget();
  reopen();
  const auto path = folder() + "/log.000002";
  close();
  auto bytes = *io::read_file(*disk_, path, 1U << 30U);
  bytes[20'000] ^= 1;
  ASSERT_TRUE(io::write_file_durably(*disk_, path, bytes));
  open();
  const auto before = contents();
  const auto report = compact();
  EXPECT_EQ(report.passed_over.size(), 1U);
  EXPECT_FALSE(disk_->stat(path + ".g2"));
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, AShortDiskGetsItsSpaceAtOnce) {
  fill(60);
  forget();
  settings_.reserve = std::uint64_t{1} << 50U;
  reopen();
  const auto report = compact();
  EXPECT_GT(report.logs, 2U);
  EXPECT_EQ(report.removed.logs, report.logs);
}

TEST_F(CompactTest, NothingReplacedGoesWhileABackupRuns) {
  fill(60);
  forget();
  settings_.reserve = std::uint64_t{1} << 50U;
  reopen();
  auto backup = disk_->lock("/data/backup.lock");
  ASSERT_TRUE(backup) << backup.error().text();
  const auto report = compact();
  EXPECT_GT(report.logs, 2U);
  EXPECT_EQ(report.removed.logs, 0U);
  EXPECT_EQ(report.removed.kept_logs, report.logs);
  backup->reset();
  EXPECT_EQ(compact().removed.logs, report.logs);
}

TEST_F(CompactTest, OldMailIsPackedOnceThoughNothingIsDead) {
  const auto mailbox = account();
  for (unsigned i = 1; i <= 60; ++i) append(*mailbox, k_inbox, big_message(i));
  EXPECT_EQ(compact().logs, 0U) << "young mail is left alone";
  clock_.advance(15 * k_day);
  const auto report = compact();
  EXPECT_GT(report.logs, 3U);
  EXPECT_LT(report.after * 2, report.before);
  EXPECT_EQ(compact().logs, 0U);
  expect_replay_is_same();
}

TEST_F(CompactTest, MailThatDoesNotPackIsLeftAlone) {
  std::mt19937_64 random(5);
  const auto mailbox = account();
  for (unsigned i = 1; i <= 40; ++i) {
    auto message = message_of("noise");
    message.message.raw.resize(5'000);
    for (auto& c : message.message.raw) c = static_cast<char>(random());
    append(*mailbox, k_inbox, std::move(message));
  }
  clock_.advance(15 * k_day);
  EXPECT_EQ(compact().logs, 0U);
  EXPECT_EQ(compact(CompactWish::at_once).logs, 0U);
}

TEST_F(CompactTest, WithoutCompressionItOnlyLeavesOutWhatIsDead) {
  settings_.compress = "none";
  fill(60);
  forget();
  const auto before = contents();
  const auto report = compact();
  EXPECT_GT(report.after * 5, report.before * 2);
  EXPECT_LT(report.after * 5, report.before * 3);
  EXPECT_EQ(contents(), before);
  expect_replay_is_same();
}

TEST_F(CompactTest, ZeroPercentIsNeverButForThoseWhoAsk) {
  settings_.compact_dead_percent = 0;
  fill(60);
  forget();
  EXPECT_EQ(compact().logs, 0U);
  EXPECT_GT(compact(CompactWish::at_once).logs, 2U);
}

TEST_F(CompactTest, TheLogThatIsWrittenToIsLeftAlone) {
  fill(10);  // no log is full
  forget();
  EXPECT_EQ(compact(CompactWish::at_once).logs, 0U);
  EXPECT_EQ(log_names(), std::vector<std::string>{"log.000001"});
}

TEST_F(CompactTest, GoesOnFromGenerationToGeneration) {
  fill(60);
  forget();
  EXPECT_GT(compact().logs, 2U);
  for (int round = 0; round < 3; ++round) {
    const auto mailbox = account();
    const auto view = mailbox->view().open(k_inbox);
    std::vector<Uid> uids;
    for (std::size_t i = 0; i < view->size(); i += 2) uids.push_back(view->at(i).uid);
    ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, uids)));
  }
  forget();
  const auto before = contents();
  EXPECT_GT(compact().logs, 2U);
  EXPECT_EQ(log_names().front(), "log.000001");
  EXPECT_EQ(contents(), before);
  clock_.advance(2 * k_day);
  static_cast<void>(compact());
  EXPECT_EQ(log_names().front(), "log.000001.g3");
  EXPECT_EQ(contents(), before);
  expect_replay_is_same();
}

TEST_F(CompactTest, TheEndOfTheStoreEndsIt) {
  fill(60);
  forget();
  const auto before = contents();
  store_->stop_upkeep();
  const auto id = *store_->find(owner_of(1));
  const auto report = threads_.work(store_->compact(id, CompactTurn()));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Errc::cancelled);
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, GoesOnTurnByTurn) {
  fill(60);
  forget();
  const auto before = contents();
  const auto id = *store_->find(owner_of(1));
  CompactTurn turn;
  turn.most = 1;
  std::uint64_t left = 1, turns = 0;
  while (left > 0) {
    const auto report = threads_.work(store_->compact(id, turn));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->logs, 1U);
    if (turns++ > 0) {
      EXPECT_EQ(report->left + 1, left);
    }
    left = report->left;
  }
  EXPECT_GT(turns, 2U);
  EXPECT_EQ(contents(), before);
}

TEST_F(CompactTest, UpkeepDoesItAfterThePurge) {
  fill(60);
  clock_.advance(40 * k_day);
  const auto before = contents();
  const auto id = *store_->find(owner_of(1));
  ASSERT_TRUE(threads_.work(store_->look_after(id)));
  EXPECT_GT(sink_.count("store.compact.done"), 2U);
  EXPECT_EQ(contents(), before);
  clock_.advance(2 * k_day);
  ASSERT_TRUE(threads_.work(store_->look_after(id)));
  EXPECT_EQ(sink_.count("store.compact.removed"), 1U);
  EXPECT_EQ(contents(), before);
  expect_replay_is_same();
}

TEST_F(CompactTest, AnAccountThatIsNotThereIsNotFound) {
  const auto report = threads_.work(store_->compact(Uuid::random(), CompactTurn()));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code(), Errc::not_found);
}

}  // namespace
}  // namespace kontor::store
