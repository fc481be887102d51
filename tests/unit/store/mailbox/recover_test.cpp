// SPDX-License-Identifier: GPL-3.0-or-later
// What was expunged or deleted stays to be brought back as it was, until it is purged.
#include <gmock/gmock.h>

#include "store/mailbox/apply.hpp"
#include "store/mailbox/snapshot.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using Uids = std::vector<Uid>;
using ::testing::ElementsAre;
constexpr std::int64_t k_day = 86'400;

class RecoverTest : public StoreFixture {
 protected:
  RecoverTest() { open(); }

  Uid add(FolderId folder, const std::string& text, FlagBits flags = 0) {
    auto message = message_of(text, flags);
    message.keywords = {"$Work"};
    return append(*account(), folder, std::move(message)).uids.front();
  }
  void remove(FolderId folder, Uids uids) {
    FlagChange mark;
    mark.flags = k_deleted;
    ASSERT_TRUE(threads_.work(account()->change_flags(folder, uids, mark)));
    ASSERT_EQ(*threads_.work(account()->expunge(folder, uids)), uids);
  }
  // "name: uid/flags …" of each that can be brought back.
  std::vector<std::string> recoverable() {
    std::vector<std::string> out;
    const auto view = account()->view();
    for (const auto& info : view.recoverable()) {
      auto text = info.name + ":";
      const auto folder = view.open(info.id);
      for (std::size_t i = 0; i < folder->size(); ++i)
        text += " " + std::to_string(folder->at(i).uid) + "/" + std::to_string(folder->at(i).flags);
      EXPECT_EQ(folder->info().exists, folder->size());
      out.push_back(std::move(text));
    }
    return out;
  }
  FolderId expunged(const std::string& folder) {
    return account()->view().find_recoverable("Recoverable/" + folder)->id;
  }
  // The state is the same from the log alone and from a snapshot.
  void expect_same_after_reopening() {
    const auto before = state_of(*account());
    const auto id = account()->id();
    EXPECT_EQ(recount(*before), before->usage);
    reopen();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    drop_snapshot(id);
    reopen();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    const auto again =
        decode_snapshot(encode_snapshot(dynamic_cast<LogAccount&>(*account()).published()));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(difference(*before, again->state), "");
  }
};

TEST_F(RecoverTest, ExpungedMessagesComeBackWithFlagsKeywordsAndDate) {
  add(k_inbox, "one", k_seen | k_flagged);
  add(k_inbox, "two");
  add(k_inbox, "three");
  EXPECT_TRUE(recoverable().empty());
  clock_.advance(60);
  remove(k_inbox, {1, 3});
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX: 1/5 2/0"));
  const auto before = account()->view().open(expunged("INBOX"))->at(0);
  EXPECT_EQ(before.save_date, clock_.now());
  EXPECT_EQ(account()->quota().usage.messages, 1U);
  expect_same_after_reopening();

  const auto back = threads_.work(account()->restore(expunged("INBOX"), {1}));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->to, (Uids{4}));
  const auto view = account()->view();
  const auto entry = view.open(k_inbox)->at(1);
  EXPECT_EQ(entry.uid, 4U);
  EXPECT_EQ(entry.flags, k_seen | k_flagged);
  EXPECT_EQ(view.keywords(entry.keywords), (std::vector<std::string>{"$Work"}));
  EXPECT_EQ(entry.internal_date.time_since_epoch().count(), 1'700'000'000);
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX: 2/0"));
  EXPECT_EQ(account()->quota().usage.messages, 2U);
  expect_same_after_reopening();
}

TEST_F(RecoverTest, TheirUidsAscendInTheOrderOfExpungingAndAreNeverGivenAgain) {
  for (const auto* text : {"a", "b", "c", "d"}) add(k_inbox, text);
  remove(k_inbox, {3});
  remove(k_inbox, {1, 4});
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX: 1/0 2/0 3/0"));
  const auto folder = expunged("INBOX");
  ASSERT_TRUE(threads_.work(account()->move(folder, {3}, k_inbox)));
  const auto since = account()->view().open(folder)->info().highest_modseq;
  remove(k_inbox, {2});
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX: 1/0 2/0 4/0"));
  const auto view = account()->view().open(folder);
  EXPECT_EQ(view->info().uid_next, 5U);
  EXPECT_EQ(view->changed_since(since).size(), 1U);
  EXPECT_THAT(*view->vanished_since(0), ElementsAre(3));
}

TEST_F(RecoverTest, NothingButCopyAndMoveOutIsAllowed) {
  add(k_inbox, "a");
  remove(k_inbox, {1});
  const auto folder = expunged("INBOX");
  const auto code = [](const auto& result) { return result.error().code(); };
  EXPECT_EQ(code(threads_.work(account()->expunge(folder, {1}))), Errc::no_permission);
  EXPECT_EQ(code(threads_.work(account()->change_flags(folder, {1}, FlagChange{}))),
            Errc::no_permission);
  EXPECT_EQ(code(threads_.work(account()->copy(folder, {1}, folder))), Errc::no_permission);
  std::vector<NewMessage> more;
  more.push_back(message_of("x"));
  EXPECT_EQ(code(threads_.work(account()->append(folder, std::move(more)))), Errc::no_permission);
  const auto copied = threads_.work(account()->copy(folder, {1}, k_inbox));
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->to, (Uids{2}));
  EXPECT_EQ(account()->quota().usage.messages, 1U);
  expect_same_after_reopening();
}

TEST_F(RecoverTest, ADeletedFolderComesBackWholeWithThoseBelowIt) {
  const auto work = *threads_.work(account()->create_folder("Work", {}));
  const auto sub = *threads_.work(account()->create_folder("Work/Sub", {}));
  add(work, "kept", k_answered);
  add(work, "expunged before");
  add(sub, "below");
  remove(work, {2});
  const auto before = *account()->view().folder(work);
  ASSERT_TRUE(threads_.work(account()->delete_folder("Work/Sub")));
  ASSERT_TRUE(threads_.work(account()->delete_folder("Work")));
  EXPECT_EQ(account()->quota().usage.messages, 0U);
  EXPECT_EQ(account()->view().open(work), nullptr);
  EXPECT_THAT(recoverable(),
              ElementsAre("Recoverable/Work: 1/2", "Recoverable/Work (expunged): 1/0",
                          "Recoverable/Work/Sub: 1/0"));
  expect_same_after_reopening();
  const auto deleted = *account()->view().find_recoverable("Recoverable/Work");
  EXPECT_EQ(deleted.guid, before.guid);
  const auto expunged_id = account()->view().find_recoverable("Recoverable/Work (expunged)")->id;
  EXPECT_EQ(threads_.work(account()->restore(expunged_id, {1})).error().code(), Errc::conflict);
  EXPECT_EQ(threads_.work(account()->restore_folder(deleted.id, "INBOX")).error().code(),
            Errc::exists);

  const auto back = threads_.work(account()->restore_folder(deleted.id, "Old/Work"));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(*back, work);
  const auto after = *account()->view().folder(work);
  EXPECT_EQ(after.name, "Old/Work");
  EXPECT_EQ(after.uid_validity, before.uid_validity);
  EXPECT_EQ(after.uid_next, before.uid_next);
  EXPECT_EQ(after.guid, before.guid);
  EXPECT_EQ(account()->view().find_folder("Old/Work/Sub")->id, sub);
  EXPECT_EQ(account()->quota().usage.messages, 2U);
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/Old/Work: 1/0"));
  expect_same_after_reopening();
}

TEST_F(RecoverTest, WhatComesBackMustFitTheQuota) {
  add(k_inbox, "large");
  remove(k_inbox, {1});
  OwnLimits own;
  own.messages = 1;
  ASSERT_TRUE(threads_.work(account()->set_limits(own)));
  add(k_inbox, "other");
  EXPECT_EQ(threads_.work(account()->restore(expunged("INBOX"), {1})).error().code(),
            Errc::over_quota);
  own.messages = 2;
  ASSERT_TRUE(threads_.work(account()->set_limits(own)));
  EXPECT_TRUE(threads_.work(account()->restore(expunged("INBOX"), {1})));
  EXPECT_EQ(recount(*state_of(*account())), account()->quota().usage);
}

TEST_F(RecoverTest, PurgingEndsItForWhatIsOldEnough) {
  const auto work = *threads_.work(account()->create_folder("Work", {}));
  add(work, "in a deleted folder");
  add(k_inbox, "old");
  add(k_inbox, "young");
  add(k_inbox, "stays");
  remove(k_inbox, {1});
  ASSERT_TRUE(threads_.work(account()->delete_folder("Work")));
  clock_.advance(10 * k_day);
  remove(k_inbox, {2});
  clock_.advance(5 * k_day);
  const auto sequence = state_of(*account())->modseq;
  const auto none = threads_.work(account()->purge(clock_.now() - std::chrono::days(20)));
  EXPECT_EQ(none->messages + none->folders, 0U);
  EXPECT_EQ(state_of(*account())->modseq, sequence) << "no frame for nothing";
  const auto purged = threads_.work(account()->purge(clock_.now() - std::chrono::days(14)));
  EXPECT_EQ(purged->messages, 2U);
  EXPECT_EQ(purged->folders, 1U);
  EXPECT_EQ(purged->bytes, message_of("old").message.raw.size() +
                               message_of("in a deleted folder").message.raw.size());
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX: 2/0"));
  EXPECT_EQ(state_of(*account())->items.size(), 2U);
  EXPECT_EQ(state_of(*account())->find(work), nullptr);
  EXPECT_THAT(*account()->view().open(expunged("INBOX"))->vanished_since(0), ElementsAre(1));
  expect_same_after_reopening();
}

TEST_F(RecoverTest, AFolderOfThatNameKeepsItsName) {
  const auto own = *threads_.work(account()->create_folder("Recoverable/INBOX", {}));
  add(k_inbox, "a");
  remove(k_inbox, {1});
  EXPECT_THAT(recoverable(), ElementsAre("Recoverable/INBOX (1): 1/0"));
  EXPECT_EQ(account()->view().find_folder("Recoverable/INBOX")->id, own);
}

// The numbers of what was expunged hang on the expunge frames alone.
TEST(Apply, ALostMessageChangesNoNumberOfTheOthers) {
  const auto run = [](bool lost) {
    AccountState state;
    std::uint64_t sequence = 0;
    const auto step = [&](const Decoded& frame, bool skip = false) {
      ++sequence;
      if (!skip) apply(state, {sequence, {}}, frame);
    };
    FolderFrame inbox;
    inbox.id = k_inbox;
    inbox.name = "INBOX";
    inbox.uid_validity = 1;
    step(Payload(inbox));
    for (Uid uid = 1; uid <= 3; ++uid) {
      DeliverHead head;
      head.raw_size = 1;
      head.frame.uid = uid;
      step(head, lost && uid == 1);
    }
    ExpungeFrame expunge;
    expunge.folder = k_inbox;
    expunge.date = UtcSeconds(std::chrono::seconds(1'800'000'000));
    for (const Uid uid : {1U, 3U}) {
      expunge.uids = {uid};
      step(Payload(expunge));
    }
    return state;
  };
  const auto whole = run(false), damaged = run(true);
  const auto id = expunged_of(k_inbox);
  EXPECT_EQ(whole.find(id)->info.uid_next, damaged.find(id)->info.uid_next);
  EXPECT_EQ(whole.find(id)->info.uid_validity, damaged.find(id)->info.uid_validity);
  EXPECT_EQ(whole.find(id)->entries.at(1).uid, 2U);
  EXPECT_EQ(damaged.find(id)->entries.at(0).uid, 2U);
}

// A purge may also name what was expunged by its old UIDs.
TEST(Apply, APurgeByTheUidsOfTheFolderItselfFindsWhatWasExpunged) {
  AccountState state;
  std::uint64_t sequence = 0;
  const auto step = [&](const Decoded& frame) { apply(state, {++sequence, {}}, frame); };
  for (Uid uid = 1; uid <= 3; ++uid) {
    DeliverHead head;
    head.raw_size = 1;
    step(head);
  }
  ExpungeFrame expunge;
  expunge.folder = k_inbox;
  expunge.uids = {2};
  step(Payload(expunge));
  expunge.uids = {1, 3};
  step(Payload(expunge));
  PurgeFrame purge;
  purge.folder = k_inbox;
  purge.uids = {1, 2};
  step(Payload(purge));
  const auto& companion = *state.find(expunged_of(k_inbox));
  ASSERT_EQ(companion.entries.size(), 1U);
  EXPECT_EQ(companion.entries.at(0).uid, 3U);
  EXPECT_EQ(state.items.size(), 1U);
  EXPECT_EQ(state.items.at(0).id, 3U);
}

}  // namespace
}  // namespace kontor::store
