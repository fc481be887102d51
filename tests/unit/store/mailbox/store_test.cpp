// SPDX-License-Identifier: GPL-3.0-or-later
// The store of all accounts: who is whose, loading and putting away, deliveries without loading,
// caches that may be lost.
#include <gmock/gmock.h>

#include <mutex>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;

class StoreTest : public StoreFixture {
 protected:
  Appending deliver(unsigned owner, const std::string& text) {
    auto delivered = threads_.work(store_->deliver(owner_of(owner), message_of(text)));
    EXPECT_TRUE(delivered) << delivered.error().text();
    return delivered ? *delivered : Appending{};
  }
  std::vector<std::string> inbox(Account& account) {
    std::vector<std::string> out;
    const auto folder = account.view().open(k_inbox);
    for (std::size_t i = 0; i < folder->size(); ++i)
      out.push_back(*threads_.work(account.read_message(folder->at(i).item)));
    return out;
  }
};

TEST_F(StoreTest, OneProcessOwnsTheFolder) {
  open();
  const auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Errc::busy);
}

TEST_F(StoreTest, OpeningOneOwnerAtOnceMakesOneAccount) {
  open();
  std::vector<std::future<Result<std::shared_ptr<Account>>>> opening;
  for (int i = 0; i < 24; ++i) opening.push_back(threads_.start(store_->open_for(owner_of(7))));
  std::set<AccountId> ids;
  for (auto& one : opening) {
    const auto opened = one.get();
    ASSERT_TRUE(opened) << opened.error().text();
    ids.insert((*opened)->id());
  }
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(store_->list().size(), 1U);
  EXPECT_EQ(sink_.count("store.account.created"), 1U);
}

TEST_F(StoreTest, UnknownAccountsAreNotFound) {
  open();
  EXPECT_EQ(threads_.work(store_->open(Uuid::random())).error().code(), Errc::not_found);
  EXPECT_FALSE(store_->find(owner_of(1)));
}

TEST_F(StoreTest, ADeliveryToAnUnloadedAccountIsTheSameAsToALoadedOne) {
  open();
  deliver(1, "first");  // makes the account
  reopen();
  EXPECT_EQ(deliver(1, "second").uids.size(), 0U);  // not loaded: no UID is known
  EXPECT_FALSE(store_->list().front().loaded);
  deliver(1, "third");
  auto mailbox = account(1);
  EXPECT_THAT(deliver(1, "fourth").uids, ElementsAre(4));
  EXPECT_EQ(inbox(*mailbox),
            (std::vector<std::string>{
                message_of("first").message.raw, message_of("second").message.raw,
                message_of("third").message.raw, message_of("fourth").message.raw}));
  const auto before = state_of(*mailbox);
  const auto id = mailbox->id();
  mailbox.reset();
  reopen();
  drop_snapshot(id);
  EXPECT_EQ(difference(*before, *state_of(*account(1))), "");
}

TEST_F(StoreTest, DeliveriesAndOpeningsAtOnceLoseNothing) {
  open();
  deliver(1, "0");
  reopen();
  std::vector<std::future<Result<Appending>>> delivering;
  std::vector<std::future<Result<std::shared_ptr<Account>>>> opening;
  for (int i = 1; i <= 40; ++i) {
    delivering.push_back(
        threads_.start(store_->deliver(owner_of(1), message_of(std::to_string(i)))));
    if (i % 8 == 0) opening.push_back(threads_.start(store_->open_for(owner_of(1))));
  }
  for (auto& one : delivering) EXPECT_TRUE(one.get());
  for (auto& one : opening) EXPECT_TRUE(one.get());
  const auto all = inbox(*account(1));
  EXPECT_EQ(all.size(), 41U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 41U);
}

TEST_F(StoreTest, LeastRecentlyUsedAccountsArePutAwayUnlessHeld) {
  settings_.max_loaded_accounts = 4;
  open();
  auto held = account(0);
  append(*held, k_inbox, message_of("held"));
  for (unsigned i = 1; i < 20; ++i) append(*account(i), k_inbox, message_of(std::to_string(i)));
  std::size_t loaded = 0;
  for (const auto& info : store_->list()) loaded += info.loaded ? 1 : 0;
  EXPECT_LE(loaded, 5U);
  EXPECT_EQ(account(0), held);
  for (unsigned i = 1; i < 20; ++i)
    EXPECT_THAT(inbox(*account(i)), ElementsAre(message_of(std::to_string(i)).message.raw));
}

TEST_F(StoreTest, TheIndexIsOnlyACache) {
  open();
  for (unsigned i = 0; i < 5; ++i) account(i);
  const auto before = store_->list();
  const auto same_owners = [&] {
    const auto now = store_->list();
    ASSERT_EQ(now.size(), before.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
      EXPECT_EQ(now[i].id, before[i].id);
      EXPECT_EQ(now[i].binding, before[i].binding);
      EXPECT_EQ(now[i].problem, "");
    }
  };
  reopen();
  same_owners();
  EXPECT_EQ(sink_.count("store.index.rebuilt"), 0U);
  close();
  ASSERT_TRUE(disk_->remove(std::string(k_folder) + "/index"));
  open();
  same_owners();
  close();
  ASSERT_TRUE(io::write_file_durably(*disk_, std::string(k_folder) + "/index", "rubbish"));
  open();
  same_owners();
  EXPECT_EQ(sink_.count("store.index.rebuilt"), 2U);
}

TEST_F(StoreTest, ADamagedOrFutureSnapshotIsPassedOver) {
  open();
  for (int i = 0; i < 80; ++i) append(*account(), k_inbox, message_of(std::to_string(i)));
  auto mailbox = account();
  const auto before = state_of(*mailbox);
  const auto file = account_folder(mailbox->id()) + "/snapshot";
  mailbox.reset();
  close();
  const auto good = *io::read_file(*disk_, file, 1U << 20U);
  auto damaged = good;
  damaged[good.size() / 2] = static_cast<char>(damaged[good.size() / 2] ^ 1);
  auto future = good;
  future[8] = 9;
  std::size_t ignored = 0;
  for (const auto& bytes : {damaged, future, good.substr(0, good.size() / 2), std::string("x")}) {
    ASSERT_TRUE(io::write_file_durably(*disk_, file, bytes));
    open();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    EXPECT_EQ(sink_.count("store.snapshot.ignored"), ++ignored);
    close();
  }
  open();
}

TEST_F(StoreTest, AnAccountThatLostItsFirstFramesServesTheRest) {
  open();
  const auto id = account(1)->id();
  append(*account(1), k_inbox, message_of("one"));
  append(*account(1), k_inbox, message_of("two"));
  close();
  drop_snapshot(id);
  auto file = disk_->open(account_folder(id) + "/log.000001", io::OpenMode::write);
  ASSERT_TRUE((*file)->write(1024, std::string(64, 'x')));
  open();
  {
    const auto mailbox = account(1);
    ASSERT_NE(mailbox, nullptr);
    EXPECT_EQ(mailbox->id(), id);
    EXPECT_EQ(mailbox->view().binding(), owner_of(1));
    EXPECT_THAT(inbox(*mailbox),
                ElementsAre(message_of("one").message.raw, message_of("two").message.raw));
    EXPECT_THAT(append(*mailbox, k_inbox, message_of("three")).uids, ElementsAre(3));
    FlagChange change;
    change.flags = k_deleted;
    EXPECT_TRUE(threads_.work(mailbox->change_flags(k_inbox, {3}, change)));
    EXPECT_TRUE(threads_.work(mailbox->expunge(k_inbox, {3})));
  }
  reopen();
  EXPECT_THAT(inbox(*account(1)),
              ElementsAre(message_of("one").message.raw, message_of("two").message.raw));
}

TEST_F(StoreTest, AnAccountThatCannotBeReadIsItsOwnProblemAlone) {
  open();
  const auto bad = account(1)->id();
  account(2);
  close();
  drop_snapshot(bad);
  ASSERT_TRUE(disk_->remove(account_folder(bad) + "/log.000001"));
  open();
  EXPECT_TRUE(account(2));
  EXPECT_FALSE(threads_.work(store_->open(bad)));
  EXPECT_FALSE(threads_.work(store_->deliver(owner_of(1), message_of("x"))));
  EXPECT_GE(sink_.count("store.account.unusable"), 1U);
  for (const auto& info : store_->list()) EXPECT_EQ(info.problem.empty(), info.id != bad);
}

TEST_F(StoreTest, WatchersHearOfEveryAccountLoadedOrNot) {
  open();
  deliver(1, "first");  // makes the account
  const auto id = *store_->find(owner_of(1));
  reopen();
  std::mutex mutex;
  std::vector<std::pair<AccountId, AccountNews>> heard;
  const auto watch = store_->watch([&](AccountId account, AccountNews news) {
    const std::lock_guard lock(mutex);
    heard.emplace_back(account, news);
  });
  deliver(1, "second");
  auto mailbox = account(1);
  deliver(1, "third");
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard, (std::vector<std::pair<AccountId, AccountNews>>{{id, AccountNews::delivered},
                                                                   {id, AccountNews::changed}}));
}

TEST_F(StoreTest, ItemsAreListedInOrderUntilTheyArePurged) {
  open();
  for (const auto* text : {"one", "two", "three"}) deliver(1, text);
  auto mailbox = account(1);
  const auto all = mailbox->view().items_after(0, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_LT(all[0].id, all[1].id);
  const auto rest = mailbox->view().items_after(all[0].id, 1);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].id, all[1].id);
  EXPECT_EQ(mailbox->view().count_items_after(all[0].id), 2U);
  EXPECT_EQ(mailbox->view().count_items_after(all[2].id), 0U);
  ASSERT_TRUE(threads_.work(mailbox->remove(k_inbox, {1})));
  EXPECT_TRUE(mailbox->view().item(all[0].id));  // it can be brought back
  clock_.advance(10);
  ASSERT_TRUE(threads_.work(mailbox->purge(clock_.now())));
  EXPECT_FALSE(mailbox->view().item(all[0].id));
  EXPECT_EQ(mailbox->view().items_after(0, 10).size(), 2U);
}

TEST_F(StoreTest, WhoHasFilesOpenInAnAccountIsToldBeforeItsFolderGoes) {
  open();
  deliver(1, "first");
  const auto id = *store_->find(owner_of(1));
  const auto folder = account_folder(id) + "/fts";
  ASSERT_TRUE(io::make_directories(*disk_, folder));
  ASSERT_TRUE(io::write_file_durably(*disk_, folder + "/index", "of words"));
  reopen();  // what is in the folder beside the logs troubles nobody
  EXPECT_EQ(inbox(*account(1)).size(), 1U);
  bool was_there = false;
  const auto watch = store_->watch_leaving([&](AccountId account) {
    was_there = account == id && disk_->stat(folder + "/index").has_value();
  });
  ASSERT_TRUE(threads_.work(store_->remove(id)));
  EXPECT_TRUE(was_there);
  EXPECT_FALSE(disk_->stat(account_folder(id)));
}

TEST_F(StoreTest, AClosedStoreTakesNothingMore) {
  open();
  account(1);
  threads_.start(store_->close()).get();
  EXPECT_EQ(threads_.work(store_->open_for(owner_of(1))).error().code(), Errc::cancelled);
  EXPECT_EQ(threads_.work(store_->deliver(owner_of(2), message_of("x"))).error().code(),
            Errc::cancelled);
}

}  // namespace
}  // namespace kontor::store
