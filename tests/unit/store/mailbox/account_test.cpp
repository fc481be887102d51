// SPDX-License-Identifier: GPL-3.0-or-later
// One account through its public face: what each change does, and that it is still so after the
// account was read again from its log.
#include <gmock/gmock.h>

#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const AccountView& view) {
  std::vector<std::string> names;
  for (const auto& folder : view.folders()) names.push_back(folder.name);
  return names;
}

std::vector<Uid> uids_of(const AccountView& view, FolderId folder) {
  std::vector<Uid> uids;
  const auto open = view.open(folder);
  if (open != nullptr)
    open->for_each(0, open->size(),
                   [&](std::size_t, const Entry& entry) { uids.push_back(entry.uid); });
  return uids;
}

class AccountTest : public StoreFixture {
 protected:
  AccountTest() { open(); }
  FlagChanged flags(Account& account, std::vector<Uid> uids, FlagChange change) {
    auto changed = threads_.work(account.change_flags(k_inbox, std::move(uids), std::move(change)));
    EXPECT_TRUE(changed) << changed.error().text();
    return changed ? *changed : FlagChanged{};
  }
  static FlagChange change_of(FlagAction action, FlagBits bits, std::vector<std::string> words) {
    FlagChange change;
    change.action = action;
    change.flags = bits;
    change.keywords = std::move(words);
    return change;
  }
};

TEST_F(AccountTest, ANewAccountHasTheStandardFoldersSubscribed) {
  const auto mailbox = account();
  EXPECT_THAT(names_of(mailbox->view()),
              ElementsAre("INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"));
  for (const auto& folder : mailbox->view().folders()) EXPECT_TRUE(folder.subscribed);
  EXPECT_EQ(mailbox->view().find_special(SpecialUse::trash)->name, "Trash");
  EXPECT_EQ(mailbox->view().find_folder("inbox")->id, k_inbox);
  EXPECT_EQ(mailbox->view().binding(), owner_of(1));
}

TEST_F(AccountTest, AppendedMessagesAreReadBackByteForByte) {
  const auto mailbox = account();
  const auto first = append(*mailbox, k_inbox, message_of("one"));
  const auto second = append(*mailbox, k_inbox, message_of("two", k_seen));
  EXPECT_THAT(first.uids, ElementsAre(1));
  EXPECT_THAT(second.uids, ElementsAre(2));
  EXPECT_GT(second.modseq, first.modseq);
  EXPECT_EQ(first.uid_validity, mailbox->view().folder(k_inbox)->uid_validity);
  const auto folder = mailbox->view().open(k_inbox);
  ASSERT_EQ(folder->size(), 2U);
  EXPECT_EQ(folder->info().unseen, 1U);
  EXPECT_EQ(folder->at(1).modseq, second.modseq);
  const auto raw = threads_.work(mailbox->read_message(folder->at(0).item));
  EXPECT_EQ(*raw, message_of("one").message.raw);
  const auto part = threads_.work(mailbox->read_range(folder->at(0).item, 9, 3));
  EXPECT_EQ(*part, "one");
  EXPECT_EQ(*threads_.work(mailbox->read_range(folder->at(0).item, 10'000, 3)), "");
  std::vector<ItemId> items{folder->at(1).item, folder->at(0).item};
  const auto fragments = threads_.work(mailbox->read_fragments(items));
  ASSERT_TRUE(fragments);
  EXPECT_EQ((*fragments)[0].envelope(), "(envelope of two)");
  EXPECT_EQ((*fragments)[1].bodystructure(), "(structure of one)");
  EXPECT_EQ(mailbox->view().item(folder->at(0).item)->size, raw->size());
}

TEST_F(AccountTest, ManyMessagesAreReadAtOnceEachWithItsOwnOutcome) {
  const auto mailbox = account();
  for (const auto* text : {"one", "two", "three"}) append(*mailbox, k_inbox, message_of(text));
  const auto folder = mailbox->view().open(k_inbox);
  const auto item = [&](std::size_t index) { return folder->at(index).item; };
  const auto all = threads_.work(mailbox->read_messages({item(2), 9'999, item(0), item(2)}));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(*all[0], message_of("three").message.raw);
  EXPECT_EQ(all[1].error().code(), Errc::not_found);
  EXPECT_EQ(*all[2], message_of("one").message.raw);
  EXPECT_EQ(*all[3], *all[0]);
  const auto some = threads_.work(mailbox->read_ranges({{item(0), 9, 3},
                                                        {item(1), 0, 8},
                                                        {item(1), 10'000, 1},
                                                        {item(1), 0, 0},
                                                        {item(2), 9, 999}}));
  ASSERT_EQ(some.size(), 5U);
  EXPECT_EQ(*some[0], "one");
  EXPECT_EQ(*some[1], "Subject:");
  EXPECT_EQ(*some[2], "");
  EXPECT_EQ(*some[3], "");
  EXPECT_EQ(*some[4], "three\r\n\r\nthree\r\n");
  EXPECT_THAT(threads_.work(mailbox->read_messages({})), IsEmpty());
}

TEST_F(AccountTest, ABatchGetsItsUidsInOrder) {
  const auto mailbox = account();
  std::vector<NewMessage> batch;
  for (const auto* text : {"a", "b", "c"}) batch.push_back(message_of(text));
  const auto appended = threads_.work(mailbox->append(k_inbox, std::move(batch)));
  ASSERT_TRUE(appended);
  EXPECT_THAT(appended->uids, ElementsAre(1, 2, 3));
  EXPECT_EQ(appended->modseq, mailbox->view().highest_modseq());
}

TEST_F(AccountTest, FlagsAndKeywordsChangeAndAreCounted) {
  const auto mailbox = account();
  for (int i = 0; i < 3; ++i) append(*mailbox, k_inbox, message_of("m"));
  const auto before = mailbox->view().highest_modseq();
  const auto changed =
      flags(*mailbox, {3, 1, 1, 99}, change_of(FlagAction::add, k_seen, {"Work", "$Forwarded"}));
  EXPECT_THAT(changed.changed, ElementsAre(1, 3));
  const auto view = mailbox->view();
  const auto folder = view.open(k_inbox);
  EXPECT_EQ(folder->at(0).modseq, changed.modseq);
  EXPECT_THAT(view.keywords(folder->at(0).keywords), ElementsAre("$Forwarded", "Work"));
  EXPECT_THAT(view.known_keywords(k_inbox), ElementsAre("$Forwarded", "Work"));
  EXPECT_EQ(folder->info().unseen, 1U);
  std::vector<Uid> since;
  for (const auto& entry : folder->changed_since(before)) since.push_back(entry.uid);
  EXPECT_THAT(since, ElementsAre(1, 3));
  // the same again changes nothing and commits nothing
  const auto again = flags(*mailbox, {1}, change_of(FlagAction::add, k_seen, {"work"}));
  EXPECT_THAT(again.changed, IsEmpty());
  EXPECT_EQ(again.modseq, 0U);
  EXPECT_EQ(mailbox->view().highest_modseq(), changed.modseq);
  flags(*mailbox, {1, 3}, change_of(FlagAction::remove, 0, {"WORK", "$forwarded"}));
  EXPECT_THAT(mailbox->view().known_keywords(k_inbox), IsEmpty());
  flags(*mailbox, {1, 2, 3}, change_of(FlagAction::set, k_deleted, {}));
  EXPECT_EQ(mailbox->view().folder(k_inbox)->unseen, 3U);
  EXPECT_EQ(mailbox->view().folder(k_inbox)->deleted, 3U);
}

TEST_F(AccountTest, UnchangedSinceLeavesLaterChangesAlone) {
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("a"));
  const auto second = append(*mailbox, k_inbox, message_of("b"));
  const auto touched = flags(*mailbox, {1}, change_of(FlagAction::add, k_flagged, {}));
  auto change = change_of(FlagAction::add, k_seen, {});
  change.unchanged_since = second.modseq;
  const auto changed = flags(*mailbox, {1, 2}, change);
  EXPECT_THAT(changed.changed, ElementsAre(2));
  EXPECT_THAT(changed.conflict, ElementsAre(1));
  EXPECT_GT(changed.modseq, touched.modseq);
}

TEST_F(AccountTest, HostileKeywordsAreRefused) {
  const auto mailbox = account();
  append(*mailbox, k_inbox, message_of("a"));
  for (const auto& word :
       {std::string(), std::string("a b"), std::string("\\Seen"), std::string("x\0y", 3),
        std::string(256, 'x'), std::string("\xd0\xb0")}) {
    auto change = change_of(FlagAction::add, 0, {word});
    const auto changed = threads_.work(mailbox->change_flags(k_inbox, {1}, std::move(change)));
    ASSERT_FALSE(changed) << word;
    EXPECT_EQ(changed.error().code(), Errc::bad_input);
  }
  std::vector<std::string> many;
  for (int i = 0; i < 101; ++i) many.push_back("k" + std::to_string(i));
  auto change = change_of(FlagAction::add, 0, many);
  const auto changed = threads_.work(mailbox->change_flags(k_inbox, {1}, std::move(change)));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code(), Errc::limit);
}

TEST_F(AccountTest, CopiesAndMovesCarryEverythingAlong) {
  const auto mailbox = account();
  auto message = message_of("a", k_flagged);
  message.keywords = {"Work"};
  append(*mailbox, k_inbox, std::move(message));
  append(*mailbox, k_inbox, message_of("b"));
  const auto archive = mailbox->view().find_folder("Archive")->id;
  clock_.advance(60);
  const auto copied = threads_.work(mailbox->copy(k_inbox, {2, 1, 7}, archive));
  ASSERT_TRUE(copied);
  EXPECT_THAT(copied->from, ElementsAre(1, 2));
  EXPECT_THAT(copied->to, ElementsAre(1, 2));
  const auto view = mailbox->view();
  const auto original = view.open(k_inbox)->at(0);
  const auto copy = view.open(archive)->at(0);
  EXPECT_EQ(copy.item, original.item);
  EXPECT_EQ(copy.flags, original.flags);
  EXPECT_EQ(copy.keywords, original.keywords);
  EXPECT_EQ(copy.internal_date, original.internal_date);
  EXPECT_EQ(copy.save_date, original.save_date + std::chrono::seconds(60));
  const auto moved = threads_.work(mailbox->move(k_inbox, {1}, archive));
  ASSERT_TRUE(moved);
  EXPECT_THAT(moved->to, ElementsAre(3));
  EXPECT_THAT(uids_of(mailbox->view(), k_inbox), ElementsAre(2));
  EXPECT_EQ(mailbox->view().open(k_inbox)->vanished_since(copied->modseq), std::vector<Uid>{1});
  EXPECT_EQ(*threads_.work(mailbox->read_message(original.item)), message_of("a").message.raw);
  EXPECT_TRUE(threads_.work(mailbox->copy(k_inbox, {77}, archive))->from.empty());
  EXPECT_EQ(threads_.work(mailbox->copy(k_inbox, {2}, 99)).error().code(), Errc::not_found);
}

TEST_F(AccountTest, ExpungeTakesOnlyDeletedOnesAndKeepsTheBytes) {
  const auto mailbox = account();
  for (int i = 0; i < 3; ++i) append(*mailbox, k_inbox, message_of("m"));
  const auto item = mailbox->view().open(k_inbox)->at(1).item;
  const auto marked = flags(*mailbox, {2, 3}, change_of(FlagAction::add, k_deleted, {}));
  const auto expunged = threads_.work(mailbox->expunge(k_inbox, {1, 2}));
  ASSERT_TRUE(expunged);
  EXPECT_THAT(*expunged, ElementsAre(2));
  EXPECT_THAT(uids_of(mailbox->view(), k_inbox), ElementsAre(1, 3));
  EXPECT_EQ(mailbox->view().open(k_inbox)->vanished_since(marked.modseq), std::vector<Uid>{2});
  EXPECT_EQ(*threads_.work(mailbox->read_message(item)), message_of("m").message.raw);
  EXPECT_EQ(append(*mailbox, k_inbox, message_of("n")).uids, std::vector<Uid>{4});
  EXPECT_EQ(mailbox->view().folder(k_inbox)->bytes, 3 * message_of("m").message.raw.size());
  EXPECT_EQ(mailbox->view().usage().bytes, 3 * message_of("m").message.raw.size());
}

TEST_F(AccountTest, RemoveTakesAllThatExistInOneCommit) {
  const auto mailbox = account();
  for (int i = 0; i < 4; ++i) append(*mailbox, k_inbox, message_of("m"));
  flags(*mailbox, {2}, change_of(FlagAction::add, k_deleted | k_seen, {}));
  const auto before = mailbox->view().highest_modseq();
  const auto removed = threads_.work(mailbox->remove(k_inbox, {4, 1, 2, 1, 77}));
  ASSERT_TRUE(removed);
  EXPECT_THAT(*removed, ElementsAre(1, 2, 4));
  EXPECT_EQ(mailbox->view().highest_modseq(), before + 1);
  EXPECT_THAT(uids_of(mailbox->view(), k_inbox), ElementsAre(3));
  EXPECT_TRUE(threads_.work(mailbox->remove(k_inbox, {1, 2, 4}))->empty());
  EXPECT_EQ(mailbox->view().highest_modseq(), before + 1);  // nothing to commit
  EXPECT_EQ(threads_.work(mailbox->remove(99, {1})).error().code(), Errc::not_found);
}

TEST_F(AccountTest, FoldersAreMadeWithTheirParentsRenamedWithTheirChildrenAndDeleted) {
  const auto mailbox = account();
  const auto run = [&](auto task) { return threads_.work(std::move(task)); };
  ASSERT_TRUE(run(mailbox->create_folder("Проекты/2026/", {})));
  EXPECT_TRUE(mailbox->view().find_folder("Проекты"));
  EXPECT_EQ(run(mailbox->create_folder("Проекты/2026", {})).error().code(), Errc::exists);
  EXPECT_EQ(run(mailbox->create_folder("inbox", {})).error().code(), Errc::exists);
  const auto id = mailbox->view().find_folder("Проекты/2026")->id;
  append(*mailbox, id, message_of("kept"));
  ASSERT_TRUE(run(mailbox->rename_folder("Проекты", "Work/All")));
  EXPECT_FALSE(mailbox->view().find_folder("Проекты/2026"));
  EXPECT_EQ(mailbox->view().find_folder("Work/All/2026")->id, id);
  EXPECT_EQ(mailbox->view().open(id)->size(), 1U);
  EXPECT_EQ(run(mailbox->delete_folder("Work/All")).error().code(), Errc::conflict);
  EXPECT_EQ(run(mailbox->delete_folder("INBOX")).error().code(), Errc::no_permission);
  EXPECT_EQ(run(mailbox->delete_folder("nowhere")).error().code(), Errc::not_found);
  EXPECT_EQ(run(mailbox->rename_folder("Work", "Work/All/x")).error().code(), Errc::bad_input);
  const auto validity = mailbox->view().folder(id)->uid_validity;
  ASSERT_TRUE(run(mailbox->delete_folder("Work/All/2026")));
  EXPECT_EQ(mailbox->view().open(id), nullptr);
  EXPECT_EQ(mailbox->view().usage().bytes, 0U);
  const auto again = run(mailbox->create_folder("Work/All/2026", {}));
  ASSERT_TRUE(again);
  EXPECT_NE(*again, id);
  EXPECT_GT(mailbox->view().folder(*again)->uid_validity, validity);
}

TEST_F(AccountTest, RenamingInboxMovesItsMessagesAndLeavesItsChildren) {
  const auto mailbox = account();
  ASSERT_TRUE(threads_.work(mailbox->create_folder("INBOX/child", {})));
  auto message = message_of("old", k_answered);
  message.keywords = {"Later"};
  append(*mailbox, k_inbox, std::move(message));
  ASSERT_TRUE(threads_.work(mailbox->rename_folder("inbox", "Old mail")));
  const auto view = mailbox->view();
  EXPECT_EQ(view.folder(k_inbox)->exists, 0U);
  const auto old = view.open(view.find_folder("Old mail")->id);
  ASSERT_EQ(old->size(), 1U);
  EXPECT_EQ(old->at(0).flags, k_answered);
  EXPECT_THAT(view.keywords(old->at(0).keywords), ElementsAre("Later"));
  EXPECT_TRUE(view.find_folder("INBOX/child"));
  EXPECT_EQ(append(*mailbox, k_inbox, message_of("new")).uids, std::vector<Uid>{2});
}

TEST_F(AccountTest, SubscriptionsOutliveFolders) {
  const auto mailbox = account();
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("Junk")));
  EXPECT_THAT(mailbox->view().subscriptions(),
              ElementsAre("Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"));
  ASSERT_TRUE(threads_.work(mailbox->subscribe("Junk", false)));
  ASSERT_TRUE(threads_.work(mailbox->subscribe("Later", true)));
  EXPECT_THAT(mailbox->view().subscriptions(),
              ElementsAre("Archive", "Drafts", "INBOX", "Later", "Sent", "Trash"));
  ASSERT_TRUE(threads_.work(mailbox->create_folder("Later", {})));
  EXPECT_TRUE(mailbox->view().find_folder("Later")->subscribed);
}

TEST_F(AccountTest, WatchersAreToldOfEveryCommitUntilTheyEnd) {
  const auto mailbox = account();
  std::atomic<int> calls = 0;
  auto watch = mailbox->watch([&] { ++calls; });
  append(*mailbox, k_inbox, message_of("a"));
  EXPECT_EQ(calls, 1);
  flags(*mailbox, {1}, change_of(FlagAction::add, k_seen, {}));
  EXPECT_EQ(calls, 2);
  watch = Watch();
  append(*mailbox, k_inbox, message_of("b"));
  EXPECT_EQ(calls, 2);
}

TEST_F(AccountTest, EverythingIsThereAfterReadingTheLogOrTheSnapshotAgain) {
  auto mailbox = account();
  const auto id = mailbox->id();
  for (int i = 0; i < 100; ++i) append(*mailbox, k_inbox, message_of(std::to_string(i)));
  flags(*mailbox, {5, 6, 7}, change_of(FlagAction::add, k_deleted, {"Mine"}));
  ASSERT_TRUE(threads_.work(mailbox->expunge(k_inbox, {5, 6})));
  ASSERT_TRUE(threads_.work(mailbox->move(k_inbox, {9, 10}, 2)));
  const auto before = state_of(*mailbox);
  mailbox.reset();
  reopen();
  EXPECT_EQ(difference(*before, *state_of(*account())), "");
  reopen();
  drop_snapshot(id);
  mailbox = account();
  EXPECT_EQ(difference(*before, *state_of(*mailbox)), "");
  EXPECT_EQ(*threads_.work(mailbox->read_message(mailbox->view().open(2)->at(1).item)),
            message_of("9").message.raw);
}

}  // namespace
}  // namespace kontor::store
