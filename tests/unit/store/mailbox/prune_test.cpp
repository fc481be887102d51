// SPDX-License-Identifier: GPL-3.0-or-later
// What left its folder is remembered for store.tombstone_days, through restarts, and no longer.
#include <gmock/gmock.h>

#include "store/mailbox/snapshot.hpp"
#include "store/tools/inspect.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using Uids = std::vector<Uid>;
constexpr std::int64_t k_day = 86'400;

TEST(TombRow, HoldsWhatItIsGiven) {
  const TombRow row(7, 0xABCD'1234'5678, 0xFFFF'0000'0001);
  EXPECT_EQ(row.uid(), 7U);
  EXPECT_EQ(row.modseq(), 0xABCD'1234'5678U);
  EXPECT_EQ(row.item(), 0xFFFF'0000'0001U);
  EXPECT_EQ(TombRow(1, UINT64_MAX, UINT64_MAX).modseq(), 0xFFFF'FFFF'FFFFU);
}

class PruneTest : public StoreFixture {
 protected:
  PruneTest() {
    settings_.tombstone_days = 30;
    open();
  }
  // Appends `count` messages and expunges them again; the modseq before they left.
  ModSeq fill_and_empty(FolderId folder, unsigned count) {
    const auto mailbox = account();
    Uids uids;
    for (unsigned i = 0; i < count; ++i)
      uids.push_back(append(*mailbox, folder, message_of("m")).uids.front());
    FlagChange change;
    change.flags = k_deleted;
    const auto marked = threads_.work(mailbox->change_flags(folder, uids, change));
    EXPECT_TRUE(threads_.work(mailbox->expunge(folder, uids)));
    return marked->modseq;
  }
  std::optional<Uids> vanished(ModSeq since, FolderId folder = k_inbox) {
    return account()->view().open(folder)->vanished_since(since);
  }
};

TEST_F(PruneTest, TombstonesSurviveRestartsWithAndWithoutASnapshot) {
  const auto before = fill_and_empty(k_inbox, 80);  // enough for a snapshot
  EXPECT_EQ(vanished(before)->size(), 80U);
  reopen();
  EXPECT_EQ(vanished(before)->size(), 80U);
  drop_snapshot(account()->id());
  reopen();
  EXPECT_EQ(vanished(before)->size(), 80U);
}

TEST_F(PruneTest, OldOnesAreForgottenAndYoungOnesStay) {
  const auto first = fill_and_empty(k_inbox, 3);
  clock_.advance(20 * k_day);
  const auto second = fill_and_empty(k_inbox, 2);
  clock_.advance(15 * k_day);
  reopen();
  EXPECT_EQ(vanished(first), std::nullopt);
  EXPECT_EQ(vanished(second), (Uids{4, 5}));
  const auto mailbox = account();
  EXPECT_EQ(state_of(*mailbox)->items.size(), 5U) << "they can still be brought back";
  EXPECT_EQ(state_of(*mailbox)->days->size(), 1U);
  const auto sequence = state_of(*mailbox)->modseq;
  reopen();  // there is nothing more to forget
  EXPECT_EQ(state_of(*account())->modseq, sequence);
}

TEST_F(PruneTest, AFolderWithoutOldOnesKnowsEverything) {
  const auto archive = account()->view().find_folder("Archive")->id;
  const auto old = fill_and_empty(k_inbox, 2);
  clock_.advance(31 * k_day);
  const auto young = fill_and_empty(archive, 2);
  reopen();
  EXPECT_EQ(vanished(old), std::nullopt);
  EXPECT_EQ(vanished(0, archive), (Uids{1, 2}));
  EXPECT_EQ(vanished(young, archive), (Uids{1, 2}));
}

TEST_F(PruneTest, ADeletedFolderOutlivesItAndIsPurgedWithAllItHeld) {
  const auto folder = *threads_.work(account()->create_folder("Old", {}));
  append(*account(), folder, message_of("kept elsewhere"));
  append(*account(), folder, message_of("gone"));
  ASSERT_TRUE(threads_.work(account()->copy(folder, {1}, k_inbox)));
  ASSERT_TRUE(threads_.work(account()->delete_folder("Old")));
  clock_.advance(31 * k_day);
  reopen();
  EXPECT_EQ(state_of(*account())->items.size(), 2U);
  ASSERT_TRUE(threads_.work(account()->purge(clock_.now())));
  EXPECT_EQ(state_of(*account())->items.size(), 1U);
  EXPECT_EQ(state_of(*account())->find(folder), nullptr);
  EXPECT_EQ(recount(*state_of(*account())), account()->quota().usage);
}

TEST_F(PruneTest, VerifyDoesNotTakeForgottenMessagesForLostOnes) {
  fill_and_empty(k_inbox, 3);
  append(*account(), k_inbox, message_of("stays"));
  clock_.advance(31 * k_day);
  reopen();
  EXPECT_EQ(vanished(0), std::nullopt);
  const auto found = verify_account(*disk_, account_folder(account()->id()));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->good) << found->text;
  EXPECT_THAT(found->text, ::testing::HasSubstr("usage: 1 messages, 25 bytes"));
}

TEST_F(PruneTest, AClockThatWentAstrayCostsNothing) {
  clock_.advance(-10'000 * k_day);
  fill_and_empty(k_inbox, 1);
  clock_.advance(10'000 * k_day);
  const auto second = fill_and_empty(k_inbox, 1);
  clock_.advance(-400 * k_day);
  const auto third = fill_and_empty(k_inbox, 1);
  clock_.advance(400 * k_day);
  reopen();
  EXPECT_EQ(vanished(second), (Uids{2, 3}));
  EXPECT_EQ(vanished(third), (Uids{3}));
}

}  // namespace
}  // namespace kontor::store
