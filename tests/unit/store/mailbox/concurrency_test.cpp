// SPDX-License-Identifier: GPL-3.0-or-later
// Many tasks on one account over several threads: views are whole at every moment, numbers are
// given once, watchers see everything. Run under the thread sanitizer, too.
#include <array>
#include <mutex>
#include <random>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

class ConcurrencyTest : public StoreFixture {
 protected:
  struct Shared {
    std::shared_ptr<Account> account;
    std::mutex mutex;
    std::set<Uid> given;
    std::atomic<int> notified = 0;
    std::atomic<bool> over = false;
  };

  static Task<void> write(Shared& shared, unsigned number) {
    for (unsigned i = 0; i < 20; ++i) {
      std::vector<NewMessage> batch;
      batch.push_back(message_of(std::to_string(number) + '.' + std::to_string(i)));
      const auto appended = co_await shared.account->append(k_inbox, std::move(batch));
      EXPECT_TRUE(appended);
      if (!appended) co_return;
      // what was answered is in every view from now on
      EXPECT_TRUE(shared.account->view().open(k_inbox)->index_of(appended->uids[0]) ||
                  shared.account->view().open(k_inbox)->vanished_since(0)->size() > 0);
      EXPECT_GE(shared.account->view().highest_modseq(), appended->modseq);
      {
        const std::lock_guard lock(shared.mutex);
        EXPECT_TRUE(shared.given.insert(appended->uids[0]).second);
      }
      FlagChange change;
      change.flags = i % 3 == 0 ? k_deleted : k_seen;
      change.keywords = {"k" + std::to_string(i % 4)};
      EXPECT_TRUE(co_await shared.account->change_flags(k_inbox, appended->uids, change));
      if (i % 3 == 0) EXPECT_TRUE(co_await shared.account->expunge(k_inbox, appended->uids));
    }
  }

  // A view is one state: its counters fit its rows.
  static void check(const AccountView& view) {
    const auto folder = view.open(k_inbox);
    std::uint64_t unseen = 0, deleted = 0, rows = 0;
    Uid last = 0;
    ModSeq highest = 0;
    folder->for_each(0, folder->size(), [&](std::size_t, const Entry& entry) {
      EXPECT_GT(entry.uid, last);
      last = entry.uid;
      highest = std::max(highest, entry.modseq);
      unseen += (entry.flags & k_seen) == 0 ? 1 : 0;
      deleted += (entry.flags & k_deleted) != 0 ? 1 : 0;
      ++rows;
      EXPECT_TRUE(view.item(entry.item));
    });
    EXPECT_EQ(folder->info().exists, rows);
    EXPECT_EQ(folder->info().unseen, unseen);
    EXPECT_EQ(folder->info().deleted, deleted);
    EXPECT_LE(highest, folder->info().highest_modseq);
    EXPECT_EQ(rows + folder->vanished_since(0)->size(), folder->info().uid_next - 1);
  }
};

TEST_F(ConcurrencyTest, SixteenTasksAndReadersOnOneAccount) {
  constexpr unsigned k_tasks = 16;
  open();
  Shared shared;
  shared.account = account();
  const auto watch = shared.account->watch([&] { ++shared.notified; });
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      while (!shared.over) check(shared.account->view());
    });
  std::vector<std::future<void>> tasks;
  for (unsigned i = 0; i < k_tasks; ++i) tasks.push_back(threads_.start(write(shared, i)));
  for (auto& task : tasks) task.get();
  shared.over = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(shared.given.size(), k_tasks * 20U);
  EXPECT_EQ(*shared.given.rbegin(), k_tasks * 20U);
  EXPECT_GE(shared.notified, 1);
  check(shared.account->view());
  EXPECT_EQ(shared.account->view().folder(k_inbox)->exists, k_tasks * 13U);
  const auto before = state_of(*shared.account);
  const auto id = shared.account->id();
  shared.account.reset();
  close();
  drop_snapshot(id);
  open();
  EXPECT_EQ(difference(*before, *state_of(*account())), "");
}

// More accounts than may be loaded: they are opened, put away, delivered to unloaded, read, changed
// and watched by many tasks on many threads at once.
class ComingAndGoing : public ConcurrencyTest {
 protected:
  static constexpr unsigned k_accounts = 5;
  struct Sums {
    std::array<std::atomic<std::uint64_t>, k_accounts> stored = {}, expunged = {};
    std::atomic<std::uint64_t> notified = 0;
  };

  static Task<void> work(AccountStore& store, Sums& sums, unsigned number) {
    std::minstd_rand random(number + 1);
    for (unsigned i = 0; i < 24; ++i) {
      const auto which = static_cast<unsigned>(random() % k_accounts);
      auto message = message_of(std::to_string(number) + '.' + std::to_string(i));
      if (random() % 3 == 0) {  // whatever state the account is in
        const auto delivered = co_await store.deliver(owner_of(which), std::move(message));
        EXPECT_TRUE(delivered);
        if (delivered) ++sums.stored[which];
        continue;
      }
      const auto opened = co_await store.open_for(owner_of(which));
      EXPECT_TRUE(opened);
      if (!opened) co_return;
      const auto mailbox = *opened;
      const auto watch = mailbox->watch([&sums] { ++sums.notified; });
      std::vector<NewMessage> batch;
      batch.push_back(std::move(message));
      const auto appended = co_await mailbox->append(k_inbox, std::move(batch));
      EXPECT_TRUE(appended);
      if (!appended) co_return;
      ++sums.stored[which];
      check(mailbox->view());
      FlagChange change;
      change.flags = k_deleted;
      EXPECT_TRUE(co_await mailbox->change_flags(k_inbox, appended->uids, change));
      const auto item = mailbox->view().open(k_inbox)->at(0).item;
      static_cast<void>((co_await mailbox->read_message(item)).has_value());
      if (i % 4 != 0) continue;
      const auto gone = co_await mailbox->expunge(k_inbox, appended->uids);
      EXPECT_TRUE(gone);
      if (gone) sums.expunged[which] += gone->size();
    }
  }
};

TEST_F(ComingAndGoing, ManyTasksOnMoreAccountsThanMayBeLoaded) {
  settings_.max_loaded_accounts = 2;
  settings_.log_segment = 6'000;  // snapshots when they are put away
  open();
  Sums sums;
  std::atomic<bool> over = false;
  std::thread lister([&] {
    while (!over)
      for (const auto& info : store_->list()) EXPECT_EQ(info.problem, "");
  });
  std::vector<std::future<void>> tasks;
  for (unsigned i = 0; i < 12; ++i) tasks.push_back(threads_.start(work(*store_, sums, i)));
  for (auto& task : tasks) task.get();
  over = true;
  lister.join();
  EXPECT_GT(sums.notified, 0U);
  reopen();
  for (unsigned which = 0; which < k_accounts; ++which) {
    const auto mailbox = account(which);
    check(mailbox->view());
    EXPECT_EQ(mailbox->view().folder(k_inbox)->exists, sums.stored[which] - sums.expunged[which]);
  }
}

}  // namespace
}  // namespace kontor::store
