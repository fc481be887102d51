// SPDX-License-Identifier: GPL-3.0-or-later
// The owner of a mailbox that is nearly full gets one letter, until it was emptier for a while.
#include <gmock/gmock.h>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

class QuotaWarningTest : public StoreFixture {
 protected:
  QuotaWarningTest() {
    policy_.limits.messages = 10;
    policy_.warning_percent = 80;
    adjust_ = [this](StoreEnvironment& environment) {
      environment.policy = [this](const Binding&) { return policy_; };
      environment.quota_letter = [](const Binding&, const Quota& quota) {
        return "Subject: full\r\n\r\n" + std::to_string(quota.usage.messages) + " of " +
               std::to_string(quota.limits.messages) + "\r\n";
      };
    };
    open();
  }
  void deliver(unsigned count) {
    for (unsigned i = 0; i < count; ++i)
      EXPECT_TRUE(threads_.work(store_->deliver(owner_of(1), message_of("m"))));
  }
  // The texts of the letters in the INBOX.
  std::vector<std::string> letters() {
    std::vector<std::string> out;
    const auto mailbox = account();
    const auto folder = mailbox->view().open(k_inbox);
    for (std::size_t i = 0; i < folder->size(); ++i) {
      const auto raw = *threads_.work(mailbox->read_message(folder->at(i).item));
      if (raw.starts_with("Subject: full")) out.push_back(raw.substr(17, raw.size() - 19));
    }
    EXPECT_EQ(recount(*state_of(*mailbox)), mailbox->quota().usage);
    return out;
  }
  MailboxPolicy policy_;
};

TEST(NearlyFull, IsFromThatPercentOn) {
  Limits limits{1'000, 0};
  EXPECT_FALSE(is_nearly_full({899, 5}, limits, 90));
  EXPECT_TRUE(is_nearly_full({900, 5}, limits, 90));
  EXPECT_FALSE(is_nearly_full({900, 5}, Limits(), 90));
  EXPECT_TRUE(is_nearly_full({0, 9}, {0, 10}, 90));
  EXPECT_TRUE(is_nearly_full({UINT64_MAX, 0}, {UINT64_MAX, 0}, 99));
}

TEST_F(QuotaWarningTest, ComesOnceAndAgainAfterItWasEmptier) {
  static_cast<void>(account());
  deliver(7);
  EXPECT_TRUE(letters().empty());
  deliver(1);
  EXPECT_THAT(letters(), ::testing::ElementsAre("8 of 10"));
  EXPECT_EQ(account()->view().folder(k_inbox)->exists, 9U);
  deliver(1);
  EXPECT_EQ(letters().size(), 1U);
  EXPECT_EQ(threads_.work(store_->deliver(owner_of(1), message_of("m"))).error().code(),
            Errc::over_quota);
  reopen();
  ASSERT_TRUE(threads_.work(account()->remove(k_inbox, {1, 2})));
  deliver(1);
  EXPECT_EQ(letters().size(), 1U) << "it was never below";
  ASSERT_TRUE(threads_.work(account()->remove(k_inbox, {3, 4, 5, 6, 7, 8, 9})));
  deliver(1);  // 3 in it now
  EXPECT_TRUE(letters().empty());
  deliver(5);
  EXPECT_EQ(letters().size(), 1U);
  EXPECT_EQ(sink_.count("store.quota.told"), 2U);
}

TEST_F(QuotaWarningTest, ComesToAMailboxThatNobodyHasOpenAndOutlivesARestart) {
  static_cast<void>(account());
  reopen();
  deliver(8);
  reopen();
  deliver(1);
  EXPECT_THAT(letters(), ::testing::ElementsAre("8 of 10"));
}

TEST_F(QuotaWarningTest, ComesWithAnAppendToAnyFolderButNotToTheClientsAnswer) {
  const auto mailbox = account();
  const auto drafts = mailbox->view().find_folder("Drafts")->id;
  std::vector<NewMessage> batch;
  for (int i = 0; i < 9; ++i) batch.push_back(message_of("m"));
  const auto appended = threads_.work(mailbox->append(drafts, std::move(batch)));
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->uids.size(), 9U);
  EXPECT_THAT(letters(), ::testing::ElementsAre("9 of 10"));
}

TEST_F(QuotaWarningTest, RoomIsKnownBeforeAMessageComes) {
  EXPECT_TRUE(threads_.work(store_->check_room(owner_of(1), 100))) << "there is no mailbox yet";
  EXPECT_FALSE(store_->find(owner_of(1)));
  deliver(8);
  reopen();
  EXPECT_TRUE(threads_.work(store_->check_room(owner_of(1), 100)));
  deliver(1);
  EXPECT_EQ(threads_.work(store_->check_room(owner_of(1), 100)).error().code(), Errc::over_quota);
  static_cast<void>(account());
  EXPECT_EQ(threads_.work(store_->check_room(owner_of(1), 100)).error().code(), Errc::over_quota);
  policy_.limits = {2'000, 0};
  EXPECT_TRUE(threads_.work(store_->check_room(owner_of(1), 100)));
  EXPECT_EQ(threads_.work(store_->check_room(owner_of(1), 5'000)).error().code(), Errc::over_quota);
}

}  // namespace
}  // namespace kontor::store
