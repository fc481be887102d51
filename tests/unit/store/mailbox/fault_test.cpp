// SPDX-License-Identifier: GPL-3.0-or-later
// Failing disks, full disks, lost power: what was acknowledged is there, once; nothing else is
// promised, and one account's trouble is no other's.
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <random>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

class FaultTest : public StoreFixture {
 protected:
  std::map<std::string, int> inbox_counts(unsigned owner) {
    std::map<std::string, int> counts;
    const auto mailbox = account(owner);
    if (mailbox == nullptr) return counts;
    const auto folder = mailbox->view().open(k_inbox);
    for (std::size_t i = 0; i < folder->size(); ++i) {
      const auto raw = threads_.work(mailbox->read_message(folder->at(i).item));
      EXPECT_TRUE(raw) << raw.error().text();
      if (raw) ++counts[*raw];
    }
    return counts;
  }
  Result<Appending> try_append(Account& mailbox, const std::string& text) {
    std::vector<NewMessage> messages;
    messages.push_back(message_of(text));
    return threads_.work(mailbox.append(k_inbox, std::move(messages)));
  }
};

TEST_F(FaultTest, AFailedSyncClosesThatAccountAndTheNextUseOpensItAgain) {
  open();
  auto mailbox = account(1);
  auto other = account(2);
  ASSERT_TRUE(try_append(*mailbox, "before"));
  const auto folder = account_folder(mailbox->id());
  faulty_->decide_by([&](const io::OperationInfo& info) {
    return info.kind == io::Operation::sync && info.path.starts_with(folder) ? 5 : 0;  // EIO
  });
  const auto before = mailbox->view().highest_modseq();
  const auto failed = try_append(*mailbox, "lost");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), Errc::io_error);
  EXPECT_EQ(mailbox->view().highest_modseq(), before);  // no view ever showed it
  EXPECT_FALSE(try_append(*mailbox, "refused"));
  EXPECT_TRUE(try_append(*other, "goes on"));
  EXPECT_EQ(sink_.count("store.account.failed"), 1U);
  faulty_->decide_by({});
  const auto again = account(1);
  EXPECT_NE(again, mailbox);
  EXPECT_TRUE(try_append(*again, "after"));
  mailbox.reset();
  const auto counts = inbox_counts(1);
  EXPECT_EQ(counts.count(message_of("before").message.raw), 1U);
  EXPECT_EQ(counts.count(message_of("after").message.raw), 1U);
  EXPECT_EQ(counts.count(message_of("refused").message.raw), 0U);
}

// A folder whose owner somebody has changed is the administrator's matter: "not permitted" would
// send the mail back.
TEST_F(FaultTest, ALogThatMayNotBeWrittenIsNotTheClientsFault) {
  open();
  auto mailbox = account(1);
  ASSERT_TRUE(try_append(*mailbox, "before"));
  const auto folder = account_folder(mailbox->id());
  for (const auto kind : {io::Operation::write, io::Operation::sync}) {
    faulty_->decide_by([&](const io::OperationInfo& info) {
      return info.kind == kind && info.path.starts_with(folder) ? EACCES : 0;
    });
    const auto failed = try_append(*mailbox, "refused");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), Errc::io_error);
    const auto delivered = threads_.work(store_->deliver(owner_of(1), message_of("mail")));
    ASSERT_FALSE(delivered);
    EXPECT_EQ(delivered.error().code(), Errc::io_error);
    faulty_->decide_by({});
    mailbox = account(1);
  }
}

// Every operation of making an account and using it fails once; nothing acknowledged is ever gone.
TEST_F(FaultTest, FailingAtEachOperationInTurnKeepsWhatWasAcknowledged) {
  for (std::uint64_t at = 1; at < 500; ++at) {
    disk_ = std::make_unique<io::MemoryDisk>();
    open();
    const auto start = faulty_->operations();
    bool failed = false;
    faulty_->decide_by([&](const io::OperationInfo& info) {
      failed = failed || info.number == start + at;
      return info.number == start + at ? 5 : 0;
    });
    std::map<std::string, int> acknowledged;
    for (int i = 0; i < 3; ++i) {
      const auto text = std::to_string(i);
      if (threads_.work(store_->deliver(owner_of(1), message_of(text))))
        ++acknowledged[message_of(text).message.raw];
    }
    faulty_->decide_by({});
    close();
    open();
    const auto counts = inbox_counts(1);
    for (const auto& [raw, count] : acknowledged) EXPECT_EQ(counts.count(raw), 1U) << at;
    for (const auto& [raw, count] : counts) EXPECT_EQ(count, 1) << at;
    close();
    if (!failed) return;  // the last operation was reached
  }
  FAIL() << "it never succeeded";
}

TEST_F(FaultTest, AFullDiskRefusesMailButNotDeleting) {
  disk_ = std::make_unique<io::MemoryDisk>(8U << 20U);
  settings_.reserve = 1U << 20U;
  open();
  auto mailbox = account(1);
  std::size_t stored = 0;
  for (;; ++stored) {
    const auto appended = try_append(*mailbox, std::string(100'000, 'x') + std::to_string(stored));
    if (appended) continue;
    EXPECT_EQ(appended.error().code(), Errc::no_space);
    break;
  }
  EXPECT_GT(stored, 5U);
  EXPECT_EQ(threads_.work(mailbox->create_folder("more", {})).error().code(), Errc::no_space);
  FlagChange change;
  change.flags = k_deleted;
  EXPECT_TRUE(threads_.work(mailbox->change_flags(k_inbox, {1, 2, 3}, change)));
  EXPECT_TRUE(threads_.work(mailbox->expunge(k_inbox, {1, 2})));
  EXPECT_TRUE(threads_.work(mailbox->move(k_inbox, {3}, 4)));
  EXPECT_EQ(mailbox->view().folder(k_inbox)->exists, stored - 3);
  EXPECT_EQ(mailbox->view().folder(k_inbox)->exists + 3, stored);  // nothing half-stored
}

// Deliveries from several tasks while the power may go at any operation.
class PowerLoss : public FaultTest {
 protected:
  struct Image {
    std::unique_ptr<io::MemoryDisk> disk;
    std::set<std::string> acknowledged;
  };

  static Task<void> deliver_some(AccountStore& store,
                                 std::mutex& mutex,
                                 std::set<std::string>& acknowledged,
                                 unsigned task) {
    for (int i = 0; i < 6; ++i) {
      auto message = message_of(std::to_string(task) + "." + std::to_string(i));
      const auto raw = message.message.raw;
      const auto delivered = co_await store.deliver(owner_of(1 + task % 2), std::move(message));
      if (!delivered) continue;
      const std::lock_guard lock(mutex);
      acknowledged.insert(raw);
    }
  }

  // Runs the load and keeps what a machine would find that lost power at operation `at`.
  Image run(io::Syncs syncs, std::uint64_t at, std::uint64_t seed) {
    disk_ = std::make_unique<io::MemoryDisk>();
    open();
    account(1);  // one account loaded, the other made by a delivery
    disk_->set_syncs(syncs);
    std::mutex mutex;
    std::set<std::string> acknowledged;
    Image image;
    std::atomic<std::uint64_t> operations = 0;
    disk_->before_each([&](std::uint64_t) {
      if (++operations != at) return;
      const std::lock_guard lock(mutex);  // first what was acknowledged, then the disk
      image.acknowledged = acknowledged;
      image.disk = disk_->after_power_loss(seed);
    });
    std::vector<std::future<void>> tasks;
    for (unsigned i = 0; i < 4; ++i)
      tasks.push_back(threads_.start(deliver_some(*store_, mutex, acknowledged, i)));
    for (auto& task : tasks) task.get();
    disk_->before_each({});
    if (image.disk == nullptr) {
      image.acknowledged = acknowledged;
      image.disk = disk_->after_power_loss(seed);
    }
    close();
    return image;
  }

  // How many acknowledged messages are not there; those that are there twice fail at once.
  std::size_t lost(Image image) {
    disk_ = std::move(image.disk);
    open();
    std::map<std::string, int> counts = inbox_counts(1);
    for (const auto& [raw, count] : inbox_counts(2)) counts[raw] += count;
    std::size_t missing = 0;
    for (const auto& raw : image.acknowledged) missing += counts.contains(raw) ? 0 : 1;
    for (const auto& [raw, count] : counts) EXPECT_EQ(count, 1) << raw;
    close();
    return missing;
  }
};

TEST_F(PowerLoss, AcknowledgedMailIsThereOnce) {
  std::mt19937_64 random(20'261'122);
  for (int round = 0; round < 60; ++round) {
    const auto at = 1 + random() % 120;
    EXPECT_EQ(lost(run(io::Syncs::honest, at, random())), 0U) << "operation " << at;
  }
}

TEST_F(PowerLoss, TheTestNoticesAWaitForTheDiskThatIsLeftOut) {
  std::mt19937_64 random(20'261'122);
  std::size_t missing = 0;
  for (int round = 0; round < 10 && missing == 0; ++round)
    missing += lost(run(io::Syncs::dropped, 1'000'000, random()));
  EXPECT_GT(missing, 0U);
}

}  // namespace
}  // namespace kontor::store
