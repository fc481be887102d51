// SPDX-License-Identifier: GPL-3.0-or-later
// What an account holds and may hold, loaded or not, and that the count is always what a recount
// gives.
#include <gmock/gmock.h>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

struct FitRow {
  Usage used, more;
  Limits limits;
  bool fits;
};
const FitRow k_fits[] = {
    {{0, 0}, {100, 1}, {0, 0}, true},
    {{0, 0}, {100, 1}, {100, 1}, true},
    {{1, 0}, {100, 1}, {100, 0}, false},
    {{0, 1}, {100, 1}, {0, 1}, false},
    {{500, 9}, {0, 0}, {100, 1}, true},
    {{500, 0}, {1, 0}, {100, 0}, false},
    {{500, 0}, {0, 1}, {100, 0}, true},
    {{1, 0}, {UINT64_MAX, 0}, {UINT64_MAX, 0}, false},
    {{UINT64_MAX, 0}, {1, 0}, {UINT64_MAX, 0}, false},
};

TEST(Quota, SaysWhatFits) {
  for (const auto& row : k_fits) {
    const auto found = check_quota(row.used, row.more, row.limits);
    EXPECT_EQ(found.has_value(), row.fits) << row.used.bytes << " + " << row.more.bytes;
    if (!found) EXPECT_EQ(found.error().code(), Errc::over_quota);
  }
}

TEST(Quota, AnAccountsOwnLimitsComeBeforeTheSettings) {
  const Limits settings{1'000, 10};
  EXPECT_EQ(limits_in_force({}, settings), settings);
  EXPECT_EQ(limits_in_force({0, 5}, settings), (Limits{0, 5}));
}

class QuotaTest : public StoreFixture {
 protected:
  static std::uint64_t size(const std::string& text) { return message_of(text).message.raw.size(); }
  Result<Appending> try_append(Account& account, const std::string& text) {
    std::vector<NewMessage> messages;
    messages.push_back(message_of(text));
    return threads_.work(account.append(k_inbox, std::move(messages)));
  }
  Errc code_of_delivery(unsigned owner, const std::string& text) {
    const auto delivered = threads_.work(store_->deliver(owner_of(owner), message_of(text)));
    return delivered ? Errc::exists : delivered.error().code();  // exists: it was taken
  }
  void expect_usage(const Account& account, Usage usage) {
    EXPECT_EQ(account.quota().usage.bytes, usage.bytes);
    EXPECT_EQ(account.quota().usage.messages, usage.messages);
    EXPECT_EQ(recount(*state_of(account)), account.quota().usage);
  }
  void mark_deleted(Account& account, FolderId folder, std::vector<Uid> uids) {
    FlagChange change;
    change.flags = k_deleted;
    EXPECT_TRUE(threads_.work(account.change_flags(folder, std::move(uids), change)));
  }
};

TEST_F(QuotaTest, EachMessageCountsOnceAndWhatIsExpungedIsFreeAtOnce) {
  open();
  auto mailbox = account();
  const auto archive = mailbox->view().find_folder("Archive")->id;
  expect_usage(*mailbox, {0, 0});
  append(*mailbox, k_inbox, message_of("one"));
  append(*mailbox, k_inbox, message_of("four"));
  expect_usage(*mailbox, {size("one") + size("four"), 2});
  ASSERT_TRUE(threads_.work(mailbox->copy(k_inbox, {1, 2}, archive)));
  expect_usage(*mailbox, {size("one") + size("four"), 4});
  mark_deleted(*mailbox, k_inbox, {1, 2});
  ASSERT_TRUE(threads_.work(mailbox->expunge(k_inbox, {1})));
  expect_usage(*mailbox, {size("one") + size("four"), 3});
  mark_deleted(*mailbox, archive, {1});
  ASSERT_TRUE(threads_.work(mailbox->expunge(archive, {1})));
  expect_usage(*mailbox, {size("four"), 2});
  ASSERT_TRUE(threads_.work(mailbox->move(archive, {2}, k_inbox)));
  expect_usage(*mailbox, {size("four"), 2});
  mailbox.reset();
  reopen();
  expect_usage(*account(), {size("four"), 2});
  drop_snapshot(account()->id());
  reopen();
  expect_usage(*account(), {size("four"), 2});
}

TEST_F(QuotaTest, ADeletedFolderIsFreeAtOnce) {
  open();
  const auto mailbox = account();
  const auto folder = *threads_.work(mailbox->create_folder("Big", {}));
  append(*mailbox, folder, message_of("in both"));
  append(*mailbox, folder, message_of("here"));
  ASSERT_TRUE(threads_.work(mailbox->copy(folder, {1}, k_inbox)));
  expect_usage(*mailbox, {size("in both") + size("here"), 3});
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("Big")));
  expect_usage(*mailbox, {size("in both"), 1});
}

TEST_F(QuotaTest, WhatDoesNotFitIsRefusedAndEverythingElseWorks) {
  settings_.quota = 3 * size("m");
  settings_.quota_messages = 4;
  open();
  const auto mailbox = account();
  for (int i = 0; i < 3; ++i) append(*mailbox, k_inbox, message_of("m"));
  EXPECT_EQ(try_append(*mailbox, "m").error().code(), Errc::over_quota);
  EXPECT_EQ(code_of_delivery(1, "m"), Errc::over_quota);
  const auto archive = mailbox->view().find_folder("Archive")->id;
  EXPECT_EQ(threads_.work(mailbox->copy(k_inbox, {1, 2}, archive)).error().code(),
            Errc::over_quota);
  EXPECT_TRUE(threads_.work(mailbox->copy(k_inbox, {1}, archive)));
  EXPECT_TRUE(threads_.work(mailbox->move(k_inbox, {1, 2, 3}, archive)));
  expect_usage(*mailbox, {3 * size("m"), 4});
  mark_deleted(*mailbox, archive, {2, 3});
  EXPECT_TRUE(threads_.work(mailbox->expunge(archive, {2, 3})));
  EXPECT_TRUE(try_append(*mailbox, "m"));
  EXPECT_EQ(try_append(*mailbox, "mm").error().code(), Errc::over_quota);
  // all of a batch or nothing
  std::vector<NewMessage> two;
  two.push_back(message_of("m"));
  two.push_back(message_of("m"));
  EXPECT_EQ(threads_.work(mailbox->append(k_inbox, std::move(two))).error().code(),
            Errc::over_quota);
  expect_usage(*mailbox, {3 * size("m"), 3});
}

TEST_F(QuotaTest, OwnLimitsAreKeptAndCountForAnAccountThatIsNotLoaded) {
  settings_.quota = 2 * size("m");
  open();
  {
    const auto mailbox = account();
    ASSERT_TRUE(threads_.work(mailbox->set_limits({4 * size("m"), std::nullopt})));
    EXPECT_EQ(mailbox->quota().limits, (Limits{4 * size("m"), 0}));
    append(*mailbox, k_inbox, message_of("m"));
  }
  reopen();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code_of_delivery(1, "m"), Errc::exists) << i;
  EXPECT_EQ(code_of_delivery(1, "m"), Errc::over_quota);
  EXPECT_FALSE(store_->list().front().loaded);
  reopen();
  EXPECT_EQ(code_of_delivery(1, "m"), Errc::over_quota);
  const auto mailbox = account();
  EXPECT_EQ(mailbox->quota().own, (OwnLimits{4 * size("m"), std::nullopt}));
  expect_usage(*mailbox, {4 * size("m"), 4});
  ASSERT_TRUE(threads_.work(mailbox->set_limits({0, 5})));  // no limit of bytes
  EXPECT_EQ(code_of_delivery(1, "m"), Errc::exists);
  EXPECT_EQ(code_of_delivery(1, "m"), Errc::over_quota);
  ASSERT_TRUE(threads_.work(mailbox->set_limits({})));
  EXPECT_EQ(mailbox->quota().limits, (Limits{2 * size("m"), 0}));
}

TEST_F(QuotaTest, DeliveriesAtOnceNeverGoAboveTheLimit) {
  settings_.quota_messages = 10;
  open();
  ASSERT_EQ(code_of_delivery(1, "m"), Errc::exists);
  reopen();
  std::vector<std::future<Result<Appending>>> delivering;
  for (int i = 0; i < 30; ++i)
    delivering.push_back(threads_.start(store_->deliver(owner_of(1), message_of("m"))));
  std::size_t taken = 1;
  for (auto& one : delivering) taken += one.get() ? 1 : 0;
  EXPECT_EQ(taken, 10U);
  expect_usage(*account(), {10 * size("m"), 10});
}

TEST_F(QuotaTest, ManyDeliveriesWithoutLoadingLeaveASnapshotBehind) {
  open();
  ASSERT_EQ(code_of_delivery(1, "0"), Errc::exists);
  const auto path = account_folder(*store_->find(owner_of(1))) + "/snapshot";
  reopen();
  std::vector<std::future<Result<Appending>>> delivering;
  for (int i = 0; i < 4'200; ++i)
    delivering.push_back(threads_.start(store_->deliver(owner_of(1), message_of("m"))));
  for (auto& one : delivering) ASSERT_TRUE(one.get());
  reopen();
  const auto before = io::read_file(*disk_, path, 1U << 30U);
  ASSERT_EQ(code_of_delivery(1, "1"), Errc::exists);
  EXPECT_FALSE(store_->list().front().loaded);
  const auto after = io::read_file(*disk_, path, 1U << 30U);
  ASSERT_TRUE(after);
  EXPECT_NE(before ? *before : std::string(), *after);
  reopen();
  EXPECT_EQ(account()->quota().usage.messages, 4'202U);
  EXPECT_EQ(sink_.count("store.snapshot.ignored"), 0U);
}

}  // namespace
}  // namespace kontor::store
