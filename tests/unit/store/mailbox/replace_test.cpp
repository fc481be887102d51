// SPDX-License-Identifier: GPL-3.0-or-later
// One message comes and another goes by one commit, and it is still so after the account was read
// again from its log.
#include <gmock/gmock.h>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;

class ReplaceTest : public StoreFixture {
 protected:
  Result<Appending> replace(Account& account, Uid uid, FolderId folder, const std::string& text) {
    Replaced old;
    old.folder = k_inbox;
    old.uid = uid;
    return threads_.work(account.replace(old, folder, message_of(text, k_draft)));
  }
  static std::vector<Uid> uids_of(const Account& account, FolderId folder) {
    std::vector<Uid> uids;
    const auto view = account.view().open(folder);
    view->for_each(0, view->size(), [&](std::size_t, const Entry& e) { uids.push_back(e.uid); });
    return uids;
  }
};

TEST_F(ReplaceTest, BothHappenAtOnceAndLast) {
  open();
  auto mailbox = account();
  append(*mailbox, k_inbox, message_of("one"));
  append(*mailbox, k_inbox, message_of("two"));
  const auto drafts = mailbox->view().find_special(SpecialUse::drafts)->id;
  const auto before = mailbox->view().open(k_inbox);
  const auto same = replace(*mailbox, 1, k_inbox, "better");
  ASSERT_TRUE(same) << same.error().text();
  EXPECT_THAT(same->uids, ElementsAre(3));
  EXPECT_THAT(uids_of(*mailbox, k_inbox), ElementsAre(2, 3));
  EXPECT_THAT(*mailbox->view().open(k_inbox)->vanished_since(before->info().highest_modseq),
              ElementsAre(1));
  ASSERT_TRUE(replace(*mailbox, 2, drafts, "elsewhere"));
  EXPECT_THAT(uids_of(*mailbox, k_inbox), ElementsAre(3));
  EXPECT_THAT(uids_of(*mailbox, drafts), ElementsAre(1));
  EXPECT_EQ(recount(*state_of(*mailbox)), mailbox->quota().usage);
  mailbox.reset();
  reopen();
  mailbox = account();
  EXPECT_THAT(uids_of(*mailbox, k_inbox), ElementsAre(3));
  EXPECT_THAT(uids_of(*mailbox, drafts), ElementsAre(1));
  EXPECT_EQ(mailbox->view().open(k_inbox)->at(0).flags, k_draft);
}

TEST_F(ReplaceTest, NothingHappensWhenTheOldOneIsGone) {
  open();
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("one"));
  EXPECT_EQ(replace(*mailbox, 7, k_inbox, "x").error().code(), Errc::conflict);
  EXPECT_EQ(replace(*mailbox, 1, 99, "x").error().code(), Errc::not_found);
  EXPECT_THAT(uids_of(*mailbox, k_inbox), ElementsAre(1));
}

// What goes makes room for what comes, unless another folder still shows it.
TEST_F(ReplaceTest, TheQuotaCountsWhatIsLeft) {
  open();
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("one"));
  const auto full = mailbox->quota().usage;
  OwnLimits own;
  own.bytes = full.bytes;
  own.messages = 1;
  ASSERT_TRUE(threads_.work(mailbox->set_limits(own)));
  EXPECT_EQ(replace(*mailbox, 1, k_inbox, "longer than it was").error().code(), Errc::over_quota);
  ASSERT_TRUE(replace(*mailbox, 1, k_inbox, "two"));
  EXPECT_EQ(mailbox->quota().usage, full);
  own.messages = 3;
  ASSERT_TRUE(threads_.work(mailbox->set_limits(own)));
  std::vector<Uid> uids(1, 2U);
  const auto archive = mailbox->view().find_folder("Archive")->id;
  ASSERT_TRUE(threads_.work(mailbox->copy(k_inbox, std::move(uids), archive)));
  EXPECT_EQ(replace(*mailbox, 2, k_inbox, "six").error().code(), Errc::over_quota);
}

}  // namespace
}  // namespace kontor::store
