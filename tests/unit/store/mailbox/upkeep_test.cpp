// SPDX-License-Identifier: GPL-3.0-or-later
// Upkeep: what is expunged by rule, purged, and removed with its owner; for accounts that are in
// use and for those that nobody has opened.
#include <gmock/gmock.h>

#include <map>

#include "store/mailbox/disk_store.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using Uids = std::vector<Uid>;
constexpr std::int64_t k_day = 86'400;

class UpkeepTest : public StoreFixture {
 protected:
  UpkeepTest() {
    settings_.undelete_days = 14;
    settings_.deleted_account_days = 30;
    adjust_ = [this](StoreEnvironment& environment) {
      environment.policy = [this](const Binding& owner) {
        const auto own = policies_.find(owner);
        return own == policies_.end() ? policy_ : own->second;
      };
      environment.standing = [this](const Binding& owner) {
        const auto known = standings_.find(owner);
        return known == standings_.end() ? Standing::here : known->second;
      };
    };
    policy_.undelete_days = 14;
    open();
  }
  static RetentionRule rule(std::string folder, std::uint32_t days, bool below = false) {
    RetentionRule made;
    made.text = folder + (below ? "/*=" : "=") + std::to_string(days);
    if (folder.starts_with('\\'))
      made.use = SpecialUse::trash;
    else
      made.folder = std::move(folder);
    made.days = days;
    made.below = below;
    return made;
  }
  void add(FolderId folder, unsigned count, unsigned number = 1) {
    for (unsigned i = 0; i < count; ++i) append(*account(number), folder, message_of("m"));
  }
  UpkeepReport look_after(unsigned number = 1) {
    const auto report = threads_.work(store_->look_after(*store_->find(owner_of(number))));
    EXPECT_TRUE(report) << report.error().text();
    return report ? *report : UpkeepReport();
  }
  std::uint64_t count(FolderId folder) { return account()->view().folder(folder)->exists; }
  bool is_loaded(unsigned number = 1) {
    const auto id = *store_->find(owner_of(number));
    for (const auto& info : store_->list())
      if (info.id == id) return info.loaded;
    return false;
  }

  MailboxPolicy policy_;
  std::map<Binding, MailboxPolicy> policies_;
  std::map<Binding, Standing> standings_;
};

TEST_F(UpkeepTest, RulesExpungeByTheTimeInTheFolderAndReportIt) {
  const auto trash = account()->view().find_folder("Trash")->id;
  const auto lists = *threads_.work(account()->create_folder("Lists/Debian", {}));
  add(k_inbox, 2);
  add(trash, 1);
  add(lists, 1);
  clock_.advance(20 * k_day);
  add(trash, 1);
  // In the Trash only since now, however old it is.
  ASSERT_TRUE(threads_.work(account()->move(k_inbox, {1}, trash)));
  policy_.retention = {rule("\\Trash", 10), rule("Lists", 15, true), rule("Trash", 400)};
  const auto due = account()->retention_due();
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(count(trash), 3U) << "a look changes nothing";
  const auto report = look_after();
  ASSERT_EQ(report.retention.size(), 2U);
  std::map<std::string, std::uint64_t> counts;
  for (const auto& one : report.retention) counts[one.rule] = one.messages;
  EXPECT_EQ(counts["\\Trash=10"], 1U);
  EXPECT_EQ(counts["Lists/*=15"], 1U);
  EXPECT_EQ(report.retention.front().bytes, message_of("m").message.raw.size());
  EXPECT_EQ(count(trash), 2U);
  EXPECT_EQ(count(lists), 0U);
  EXPECT_EQ(count(k_inbox), 1U);
  EXPECT_EQ(account()->view().recoverable().size(), 2U) << "an expunge like any other";
  EXPECT_EQ(sink_.count("store.account.retained"), 1U);
  EXPECT_TRUE(look_after().retention.empty());
  EXPECT_EQ(store_->last_upkeep(account()->id())->retention.size(), 0U);
}

TEST_F(UpkeepTest, WhatWasDeletedIsPurgedByThePolicyOfTheOwner) {
  policies_[owner_of(2)].undelete_days = 60;
  for (const unsigned number : {1U, 2U}) {
    add(k_inbox, 1, number);
    ASSERT_TRUE(threads_.work(account(number)->remove(k_inbox, {1})));
  }
  clock_.advance(13 * k_day);
  EXPECT_EQ(look_after(1).purged.messages, 0U);
  clock_.advance(2 * k_day);
  EXPECT_EQ(look_after(1).purged.messages, 1U);
  EXPECT_EQ(look_after(2).purged.messages, 0U);
  EXPECT_EQ(sink_.count("store.account.purged"), 1U);
}

TEST_F(UpkeepTest, AnAccountThatNobodyHasOpenedIsPutAwayAgain) {
  add(k_inbox, 1);
  ASSERT_TRUE(threads_.work(account()->remove(k_inbox, {1})));
  reopen();
  clock_.advance(15 * k_day);
  EXPECT_FALSE(is_loaded());
  EXPECT_EQ(look_after().purged.messages, 1U);
  EXPECT_FALSE(is_loaded());
  const auto held = account();
  static_cast<void>(look_after());
  EXPECT_TRUE(is_loaded()) << "what is in use stays";
}

TEST_F(UpkeepTest, EveryAccountHasOneTurnInAnInterval) {
  settings_.upkeep_interval = std::chrono::seconds(3'600);
  for (unsigned number = 1; number <= 4; ++number) add(k_inbox, 1, number);
  reopen();
  std::vector<std::int64_t> waits;
  std::int64_t passed = 0;
  while (passed < 3'600) {
    const auto wait = threads_.work(store_->upkeep()).count();
    if (wait == 0) continue;
    waits.push_back(wait);
    passed += wait;
    clock_.advance(wait);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{900, 900, 900, 900}));
  for (unsigned number = 1; number <= 4; ++number)
    EXPECT_TRUE(store_->last_upkeep(*store_->find(owner_of(number)))) << number;
  // Nobody has touched them since, and nothing is due: they are not loaded for the next round.
  const auto loaded = sink_.count("store.account.loaded");
  for (passed = 0; passed < 3'600;) {
    const auto wait = threads_.work(store_->upkeep()).count();
    passed += wait;
    clock_.advance(wait);
  }
  EXPECT_EQ(sink_.count("store.account.loaded"), loaded);
}

TEST_F(UpkeepTest, AMailboxStaysForAWhileWhenItsOwnerIsGoneAndThenItGoes) {
  add(k_inbox, 1);
  const auto id = *store_->find(owner_of(1));
  const auto folder = account_folder(id);
  standings_[owner_of(1)] = Standing::gone;
  EXPECT_FALSE(look_after().removed);
  EXPECT_EQ(account()->view().gone_since(), clock_.now());
  clock_.advance(20 * k_day);
  reopen();
  EXPECT_FALSE(look_after().removed);
  // A directory that cannot say, or has him again, ends it.
  standings_[owner_of(1)] = Standing::unknown;
  clock_.advance(20 * k_day);
  EXPECT_FALSE(look_after().removed);
  standings_[owner_of(1)] = Standing::here;
  static_cast<void>(look_after());
  EXPECT_EQ(account()->view().gone_since(), std::nullopt);
  standings_[owner_of(1)] = Standing::gone;
  EXPECT_FALSE(look_after().removed);
  clock_.advance(29 * k_day);
  EXPECT_FALSE(look_after().removed);
  clock_.advance(2 * k_day);
  EXPECT_TRUE(look_after().removed);
  EXPECT_EQ(store_->find(owner_of(1)), std::nullopt);
  EXPECT_TRUE(store_->list().empty());
  EXPECT_EQ(disk_->stat(folder).error().code(), Errc::not_found);
  EXPECT_EQ(sink_.count("store.account.removed"), 1U);
  reopen();
  EXPECT_TRUE(store_->list().empty());
  EXPECT_NE(account()->id(), id) << "a new mailbox, not the old one";
}

TEST_F(UpkeepTest, WhatSomebodyUsesIsNotRemoved) {
  const auto held = account();
  EXPECT_EQ(threads_.work(store_->remove(held->id())).error().code(), Errc::busy);
  EXPECT_TRUE(store_->find(owner_of(1)));
}

TEST_F(UpkeepTest, WhatAStopLeftOfARemovedAccountGoesAtTheNextStart) {
  const auto folder = account_folder(account()->id());
  close();
  ASSERT_TRUE(disk_->rename(folder, folder + ".removed"));
  ASSERT_TRUE(disk_->sync_directory(io::parent_of(folder)));
  open();
  EXPECT_TRUE(store_->list().empty());
  EXPECT_EQ(disk_->stat(folder + ".removed").error().code(), Errc::not_found);
}

TEST_F(UpkeepTest, AMailboxIsGivenToThePersonWhoWasMadeAgain) {
  add(k_inbox, 3);
  const auto id = account()->id();
  standings_[owner_of(1)] = Standing::gone;
  static_cast<void>(look_after());
  static_cast<void>(account(2));  // an empty one, by his first sign-in
  ASSERT_TRUE(threads_.work(store_->attach(id, owner_of(2))));
  EXPECT_EQ(store_->find(owner_of(1)), std::nullopt);
  EXPECT_EQ(store_->find(owner_of(2)), id);
  EXPECT_EQ(store_->list().size(), 1U);
  for (const bool with_index : {true, false}) {
    close();
    if (!with_index) {
      ASSERT_TRUE(disk_->remove(std::string(k_folder) + "/index"));
    }
    open();
    EXPECT_EQ(store_->find(owner_of(2)), id) << with_index;
    EXPECT_EQ(account(2)->view().folder(k_inbox)->exists, 3U);
    EXPECT_EQ(account(2)->view().gone_since(), std::nullopt);
  }
  add(k_inbox, 1, 3);
  const auto refused = threads_.work(store_->attach(id, owner_of(3)));
  EXPECT_EQ(refused.error().code(), Errc::exists);
  EXPECT_THAT(refused.error().detail(), ::testing::HasSubstr("remove it first"));
}

}  // namespace
}  // namespace kontor::store
