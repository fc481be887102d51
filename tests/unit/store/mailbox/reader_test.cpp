// SPDX-License-Identifier: GPL-3.0-or-later
// Flags that readers have for themselves: what each sees and what nobody else does, by which
// sequence numbers, through restart, and gone with their messages.
#include <gmock/gmock.h>

#include <random>

#include "store/mailbox/reader_account.hpp"
#include "store/mailbox/snapshot.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr unsigned k_boris = 2, k_clara = 3;

class ReaderTest : public StoreFixture {
 protected:
  std::shared_ptr<Account> as(unsigned who, bool of_person = false) {
    EXPECT_TRUE(threads_.work(set_owner_reads(account(), of_person)));
    return as_reader(account(), owner_of(who));
  }
  FlagChanged flag(Account& account,
                   std::vector<Uid> uids,
                   FlagBits flags,
                   FlagAction action = FlagAction::add,
                   std::vector<std::string> keywords = {}) {
    FlagChange change;
    change.action = action;
    change.flags = flags;
    change.keywords = std::move(keywords);
    auto done = threads_.work(account.change_flags(k_inbox, std::move(uids), std::move(change)));
    EXPECT_TRUE(done) << done.error().text();
    return done ? *done : FlagChanged{};
  }
  static std::vector<int> flags_of(const Account& account, FolderId folder = k_inbox) {
    std::vector<int> out;
    const auto view = account.view().open(folder);
    view->for_each(0, view->size(),
                   [&](std::size_t, const Entry& entry) { out.push_back(entry.flags); });
    return out;
  }
  static FolderInfo inbox(const Account& account) { return *account.view().folder(k_inbox); }
  static std::vector<Uid> changed(const Account& account, ModSeq since) {
    std::vector<Uid> out;
    for (const auto& entry : account.view().open(k_inbox)->changed_since(since))
      out.push_back(entry.uid);
    return out;
  }
  void share(FlagSharing sharing, FolderId folder = k_inbox) {
    EXPECT_TRUE(threads_.work(set_flag_sharing(account(), folder, sharing)));
  }
  void give(unsigned who) {
    AccessChange change;
    change.principal = owner_of(who);
    change.rights = k_all_rights;
    EXPECT_TRUE(threads_.work(account()->set_access(k_inbox, change)));
  }
  // The same after a restart by the snapshot and by the log alone.
  void expect_kept() {
    const auto id = account()->id();
    const auto before = state_of(*account());
    const auto read =
        decode_snapshot(encode_snapshot(dynamic_cast<LogAccount&>(*account()).published()));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(difference(*before, read->state), "");
    reopen();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    close();
    drop_snapshot(id);
    open();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
  }
};

TEST_F(ReaderTest, SeenIsEachReadersOwnAndTheRestCommon) {
  open();
  for (int i = 0; i < 3; ++i) append(*account(), k_inbox, message_of("m"));
  const auto boris = as(k_boris), clara = as(k_clara);
  const auto before = inbox(*clara).highest_modseq;
  const auto done = flag(*boris, {1, 2}, k_seen | k_flagged);
  EXPECT_THAT(done.changed, ElementsAre(1, 2));
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_seen | k_flagged, k_seen | k_flagged, 0));
  EXPECT_THAT(flags_of(*clara), ElementsAre(k_flagged, k_flagged, 0));
  EXPECT_EQ(inbox(*boris).unseen, 1U);
  EXPECT_EQ(inbox(*clara).unseen, 3U);
  EXPECT_EQ(inbox(*account()).unseen, 3U);
  EXPECT_THAT(changed(*boris, before), ElementsAre(1, 2));
  EXPECT_THAT(changed(*clara, before), ElementsAre(1, 2));  // \Flagged
  const auto common = inbox(*clara).highest_modseq;
  EXPECT_LT(common, inbox(*boris).highest_modseq);
  flag(*boris, {3}, k_seen);
  EXPECT_EQ(inbox(*clara).highest_modseq, common);
  EXPECT_THAT(changed(*clara, common), IsEmpty());
  flag(*boris, {1}, k_answered, FlagAction::set);
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_answered, k_seen | k_flagged, k_seen));
  EXPECT_THAT(flags_of(*clara), ElementsAre(k_answered, k_flagged, 0));
  expect_kept();
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(k_answered, k_seen | k_flagged, k_seen));
}

TEST_F(ReaderTest, WhatCommonFlagsSayOfASharedMailboxCountsUntilTheReaderSaysOtherwise) {
  open();
  append(*account(), k_inbox, message_of("sent", k_seen));
  append(*account(), k_inbox, message_of("new"));
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(k_seen, 0));
  EXPECT_THAT(flags_of(*as(k_boris, true)), ElementsAre(0, 0));  // a person's: that is the owner's
  flag(*as(k_boris), {1}, k_seen, FlagAction::remove);
  flag(*as(k_boris), {2}, k_seen);
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(0, k_seen));
  EXPECT_EQ(inbox(*as(k_boris)).unseen, 1U);
  EXPECT_THAT(flags_of(*as(k_clara)), ElementsAre(k_seen, 0));
  EXPECT_EQ(inbox(*as(k_clara)).unseen, 1U);
  flag(*account(), {1, 2}, k_seen);  // an import, a rule
  EXPECT_EQ(inbox(*as(k_boris)).unseen, 1U);
  EXPECT_EQ(inbox(*as(k_clara)).unseen, 0U);
  expect_kept();
}

TEST_F(ReaderTest, NobodyLearnsWhatTheOwnerReads) {
  open();
  give(k_boris);
  append(*account(), k_inbox, message_of("one"));
  append(*account(), k_inbox, message_of("two"));
  const auto boris = as(k_boris, true);
  const auto told = inbox(*boris).highest_modseq;
  flag(*account(), {1}, k_seen);
  flag(*account(), {2}, k_seen);
  flag(*account(), {1}, k_seen, FlagAction::remove);
  EXPECT_EQ(inbox(*boris).highest_modseq, told);
  EXPECT_THAT(changed(*boris, told), IsEmpty());
  EXPECT_LT(boris->view().open(k_inbox)->at(0).modseq,
            account()->view().open(k_inbox)->at(0).modseq);
  const auto done = flag(*account(), {2}, k_flagged);
  EXPECT_THAT(changed(*boris, told), ElementsAre(2));
  EXPECT_EQ(boris->view().open(k_inbox)->at(1).modseq, done.modseq);
  expect_kept();
  EXPECT_EQ(inbox(*as(k_boris, true)).unseen, 2U);
}

TEST_F(ReaderTest, AllFlagsAndKeywordsButDeletedCanBeOnesOwn) {
  open();
  append(*account(), k_inbox, message_of("one"));
  share(FlagSharing::all);
  const auto boris = as(k_boris), clara = as(k_clara);
  flag(*boris, {1}, k_flagged | k_deleted, FlagAction::set, {"Mine"});
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_flagged | k_deleted));
  EXPECT_THAT(flags_of(*clara), ElementsAre(k_deleted));
  EXPECT_THAT(boris->view().known_keywords(k_inbox), ElementsAre("Mine"));
  EXPECT_THAT(clara->view().known_keywords(k_inbox), IsEmpty());
  EXPECT_THAT(account()->view().known_keywords(k_inbox), IsEmpty());
  flag(*boris, {1}, 0, FlagAction::add, {"Other"});
  flag(*boris, {1}, 0, FlagAction::remove, {"mine"});
  EXPECT_THAT(boris->view().known_keywords(k_inbox), ElementsAre("Other"));
  expect_kept();
}

TEST_F(ReaderTest, AnotherSettingMakesEverythingChangedAndNoSequenceGoesBack) {
  open();
  append(*account(), k_inbox, message_of("one"));
  append(*account(), k_inbox, message_of("two"));
  flag(*as(k_boris), {1}, k_seen);
  auto told = inbox(*as(k_boris)).highest_modseq;
  for (const auto sharing : {FlagSharing::shared, FlagSharing::all, FlagSharing::seen}) {
    share(sharing, sharing == FlagSharing::all ? 0 : k_inbox);
    const auto boris = as(k_boris);
    EXPECT_THAT(changed(*boris, told), ElementsAre(1, 2));
    EXPECT_GT(inbox(*boris).highest_modseq, told);
    told = inbox(*boris).highest_modseq;
    EXPECT_EQ(boris->view().open(k_inbox)->at(0).modseq, told);
  }
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(k_seen, 0));
  share(FlagSharing::shared);
  flag(*as(k_boris), {2}, k_seen);
  EXPECT_THAT(flags_of(*as(k_clara)), ElementsAre(0, k_seen));
  expect_kept();
}

TEST_F(ReaderTest, AConditionLooksAtTheReadersSequence) {
  open();
  append(*account(), k_inbox, message_of("one"));
  const auto known = inbox(*as(k_clara)).highest_modseq;
  flag(*as(k_boris), {1}, k_seen);
  FlagChange change;
  change.flags = k_seen;
  change.unchanged_since = known;
  const auto boris = threads_.work(as(k_boris)->change_flags(k_inbox, {1}, change));
  EXPECT_THAT(boris->conflict, ElementsAre(1));
  const auto clara = threads_.work(as(k_clara)->change_flags(k_inbox, {1}, change));
  EXPECT_THAT(clara->changed, ElementsAre(1));
}

TEST_F(ReaderTest, CopiesAndMovesKeepWhatEachHasSeenAndExpungesForgetIt) {
  open();
  const auto other = *threads_.work(account()->create_folder("Done", FolderOptions{}));
  for (int i = 0; i < 3; ++i) append(*account(), k_inbox, message_of("m"));
  flag(*as(k_boris), {1, 3}, k_seen);
  flag(*as(k_clara), {2}, k_seen);
  EXPECT_TRUE(threads_.work(as(k_boris)->copy(k_inbox, {1, 2}, other)));
  EXPECT_TRUE(threads_.work(as(k_boris)->move(k_inbox, {2, 3}, other)));
  EXPECT_THAT(flags_of(*as(k_boris), other), ElementsAre(k_seen, 0, 0, k_seen));
  EXPECT_THAT(flags_of(*as(k_clara), other), ElementsAre(0, k_seen, k_seen, 0));
  EXPECT_EQ(as(k_clara)->view().folder(other)->unseen, 2U);
  const auto told = inbox(*as(k_boris)).highest_modseq;
  EXPECT_TRUE(threads_.work(account()->remove(k_inbox, {1})));
  EXPECT_GT(inbox(*as(k_boris)).highest_modseq, told);
  const auto* rows = flags_of_reader(*state_of(*account())->find(k_inbox), owner_of(k_boris));
  ASSERT_NE(rows, nullptr);
  EXPECT_EQ(rows->size(), 0U);
  expect_kept();
}

TEST_F(ReaderTest, WhatIsBroughtBackHasTheFlagsOfItsReaders) {
  open();
  for (int i = 0; i < 3; ++i) append(*account(), k_inbox, message_of("m"));
  flag(*as(k_boris), {1, 3}, k_seen);
  flag(*as(k_clara), {2}, k_seen);
  EXPECT_TRUE(threads_.work(account()->remove(k_inbox, {2, 3})));
  expect_kept();
  EXPECT_TRUE(threads_.work(account()->restore(expunged_of(k_inbox), {1, 2})));
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(k_seen, 0, k_seen));
  EXPECT_THAT(flags_of(*as(k_clara)), ElementsAre(0, k_seen, 0));
  EXPECT_EQ(inbox(*as(k_boris)).unseen, 1U);
  expect_kept();
  EXPECT_TRUE(threads_.work(account()->remove(k_inbox, {1})));
  const auto rows = [&] { return reader_rows(*state_of(*account())->find(expunged_of(k_inbox))); };
  EXPECT_EQ(rows(), 1U);
  clock_.advance(400 * 86'400);
  EXPECT_TRUE(threads_.work(account()->purge(clock_.now())));
  EXPECT_EQ(rows(), 0U) << "what is purged is forgotten";
  expect_kept();
}

// A person's mailbox becomes a shared one, and one again.
TEST_F(ReaderTest, WhoseMailboxItIsMayChangeAndNoSequenceGoesBack) {
  open();
  give(k_boris);
  append(*account(), k_inbox, message_of("one"));
  append(*account(), k_inbox, message_of("two"));
  auto boris = as(k_boris);
  flag(*account(), {1}, k_seen);
  auto told = inbox(*boris).highest_modseq;
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_seen, 0));
  for (const bool of_person : {true, false, true}) {
    as(k_clara, of_person);
    EXPECT_THAT(changed(*boris, told), ElementsAre(1, 2)) << "a session that is open sees it too";
    EXPECT_GT(inbox(*boris).highest_modseq, told);
    EXPECT_THAT(flags_of(*boris), ElementsAre(of_person ? 0 : int{k_seen}, 0));
    EXPECT_EQ(inbox(*boris).unseen, of_person ? 2U : 1U);
    told = inbox(*boris).highest_modseq;
    flag(*account(), {2}, k_seen, FlagAction::add);
    flag(*account(), {2}, k_seen, FlagAction::remove);
    EXPECT_GE(inbox(*boris).highest_modseq, told);
    told = inbox(*boris).highest_modseq;
    as(k_clara, of_person);
    EXPECT_EQ(inbox(*boris).highest_modseq, told) << "said again it changes nothing";
  }
  expect_kept();
}

TEST_F(ReaderTest, ReadersHaveNoMoreMessagesOfTheirOwnThanFit) {
  open();
  for (int i = 0; i < 3; ++i) append(*account(), k_inbox, message_of("m"));
  flag(*as(k_boris), {1, 2}, k_seen);
  const auto state = state_of(*account());
  FlagChange change;
  change.flags = k_seen;
  const auto plan = [&](std::vector<Uid> uids, std::size_t rows) {
    return plan_reader_flags(*state, k_inbox, std::move(uids), change, owner_of(k_clara), rows);
  };
  EXPECT_TRUE(plan({1}, 3));
  const auto refused = plan({1, 2}, 3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::limit);
  change.flags = k_flagged;  // common
  EXPECT_TRUE(plan({1, 2, 3}, 0));
}

// A snapshot of before, and a log that knows nothing of readers.
TEST_F(ReaderTest, AnEarlierSnapshotIsLeftAndTheLogRead) {
  open();
  append(*account(), k_inbox, message_of("one", k_seen));
  flag(*account(), {1}, k_flagged);
  const auto id = account()->id();
  const auto before = state_of(*account());
  close();
  auto bytes = encode_snapshot({before, {}});
  ASSERT_TRUE(decode_snapshot(bytes)) << "what is refused is the version alone";
  bytes[8] = 4;
  EXPECT_EQ(decode_snapshot(bytes).error().code(), Errc::unsupported);
  ASSERT_TRUE(io::write_file_durably(*disk_, account_folder(id) + "/snapshot", bytes));
  open();
  EXPECT_EQ(difference(*before, *state_of(*account())), "");
  EXPECT_THAT(flags_of(*as(k_boris)), ElementsAre(k_seen | k_flagged));
  EXPECT_THAT(flags_of(*as(k_boris, true)), ElementsAre(k_flagged));
}

TEST_F(ReaderTest, NewMessagesAreSeenByWhoPutThemThere) {
  open();
  std::vector<NewMessage> messages{message_of("one", k_seen | k_flagged), message_of("two")};
  const auto boris = as(k_boris);
  const auto done = threads_.work(boris->append(k_inbox, std::move(messages)));
  ASSERT_TRUE(done);
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_seen | k_flagged, 0));
  EXPECT_THAT(flags_of(*as(k_clara)), ElementsAre(k_flagged, 0));
  EXPECT_EQ(inbox(*boris).highest_modseq, done->modseq);
}

TEST_F(ReaderTest, AnAppendThatIsRefusedLeavesNothing) {
  open();
  share(FlagSharing::all);
  const auto before = inbox(*account());
  std::vector<NewMessage> messages{message_of("one", k_seen), message_of("two", k_flagged)};
  messages[1].keywords.assign(101, "Word");
  for (std::size_t i = 0; i < messages[1].keywords.size(); ++i)
    messages[1].keywords[i] += std::to_string(i);
  const auto refused = threads_.work(as(k_boris)->append(k_inbox, std::move(messages)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::limit);
  EXPECT_EQ(inbox(*account()).exists, before.exists);
  EXPECT_EQ(inbox(*as(k_boris)).highest_modseq, inbox(*as(k_clara)).highest_modseq);
}

TEST_F(ReaderTest, AReplacementHasTheFlagsOfWhoPutItThere) {
  open();
  append(*account(), k_inbox, message_of("draft"));
  const auto boris = as(k_boris);
  flag(*boris, {1}, k_seen);
  const auto done = threads_.work(
      boris->replace({k_inbox, 1}, k_inbox, message_of("mended", k_seen | k_flagged)));
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_THAT(flags_of(*boris), ElementsAre(k_seen | k_flagged));
  EXPECT_THAT(flags_of(*as(k_clara)), ElementsAre(k_flagged));
  EXPECT_EQ(inbox(*boris).unseen, 0U);
  EXPECT_EQ(inbox(*as(k_clara)).unseen, 1U);
  expect_kept();
}

// What FlagChanged promises, though it takes several frames: a session tells its own change once.
TEST_F(ReaderTest, AllThatACommandChangesHasOneModseq) {
  open();
  for (const auto flags : {0, 0, int{k_seen}, int{k_flagged}})
    append(*account(), k_inbox, message_of("m", static_cast<FlagBits>(flags)));
  const auto boris = as(k_boris);
  flag(*boris, {2}, k_seen);
  const auto expect_one = [&](const FlagChanged& done) {
    const auto view = boris->view().open(k_inbox);
    for (const auto uid : done.changed)
      EXPECT_EQ(view->at(view->lower_bound(uid)).modseq, done.modseq) << uid;
    EXPECT_EQ(view->info().highest_modseq, done.modseq);
  };
  auto done = flag(*boris, {1, 2, 3}, k_seen | k_flagged);
  EXPECT_THAT(done.changed, ElementsAre(1, 2, 3));
  expect_one(done);
  EXPECT_THAT(flags_of(*boris),
              ElementsAre(k_seen | k_flagged, k_seen | k_flagged, k_seen | k_flagged, k_flagged));
  done = flag(*boris, {1, 2, 3}, k_seen | k_answered, FlagAction::set);  // \Seen of 3 is common
  EXPECT_THAT(done.changed, ElementsAre(1, 2, 3));
  expect_one(done);
  EXPECT_THAT(flags_of(*as(k_clara)),
              ElementsAre(k_answered, k_answered, k_seen | k_answered, k_flagged));
  EXPECT_EQ(inbox(*boris).unseen, 1U);
  expect_kept();
}

TEST_F(ReaderTest, ANewFolderBeginsWithWhatHoldsAboveIt) {
  open();
  const auto make = [&](const char* name) {
    return *threads_.work(account()->create_folder(name, FolderOptions{}));
  };
  const auto team = make("Team"), other = make("Other");
  share(FlagSharing::all, team);
  const auto below = make("Team/Plans"), plain = make("Other/Plans");
  EXPECT_EQ(flag_sharing(*account(), below), FlagSharing::all);
  EXPECT_EQ(flag_sharing(*account(), plain), std::nullopt);
  share(FlagSharing::shared, 0);  // for those that do not say
  EXPECT_EQ(flag_sharing(*account(), below), FlagSharing::all);
  append(*account(), below, message_of("one"));
  append(*account(), other, message_of("two"));
  FlagChange change;
  change.flags = k_flagged;
  EXPECT_TRUE(threads_.work(as(k_boris)->change_flags(below, {1}, change)));
  EXPECT_TRUE(threads_.work(as(k_boris)->change_flags(other, {1}, change)));
  EXPECT_THAT(flags_of(*as(k_clara), below), ElementsAre(0));
  EXPECT_THAT(flags_of(*as(k_clara), other), ElementsAre(k_flagged));
  EXPECT_TRUE(threads_.work(set_flag_sharing(account(), below, std::nullopt)));
  EXPECT_THAT(flags_of(*as(k_boris), below), ElementsAre(0)) << "what was his own is not shown";
  EXPECT_EQ(threads_.work(set_flag_sharing(account(), 999, std::nullopt)).error().code(),
            Errc::not_found);
  expect_kept();
}

TEST_F(ReaderTest, WhoWatchesHearsThatASettingOfAllFoldersChanged) {
  open();
  append(*account(), k_inbox, message_of("one", k_seen));
  const auto boris = as(k_boris);
  const auto before = boris->view();
  share(FlagSharing::shared, 0);
  const auto changes = boris->view().changes_since(before);
  ASSERT_EQ(changes.folders.size(), before.folders().size());
  for (const auto& change : changes.folders)
    EXPECT_GT(change.after->highest_modseq, change.before->highest_modseq);
}

TEST_F(ReaderTest, CompactionKeepsThem) {
  settings_.log_segment = 6'000;
  settings_.reserve = 0;
  settings_.undelete_days = 0;
  open();
  for (int i = 0; i < 24; ++i) {
    auto message = message_of("m");
    message.message.raw.append(900, 'x');
    append(*account(), k_inbox, std::move(message));
    if (i % 3 == 0) flag(*as(k_boris), {static_cast<Uid>(i + 1)}, k_seen);
  }
  EXPECT_TRUE(threads_.work(account()->remove(k_inbox, {2, 3, 5, 6, 8, 9, 11, 12})));
  clock_.advance(40 * 86'400);
  EXPECT_TRUE(threads_.work(account()->purge(clock_.now())));
  const auto before = flags_of(*as(k_boris));
  reopen();
  CompactTurn turn;
  turn.wish = CompactWish::at_once;
  const auto report = threads_.work(store_->compact(*store_->find(owner_of(1)), turn));
  ASSERT_TRUE(report) << report.error().text();
  ASSERT_GT(report->logs, 1U);
  EXPECT_EQ(flags_of(*as(k_boris)), before);
  expect_kept();
  EXPECT_EQ(flags_of(*as(k_boris)), before);
}

// The format of frames.md, byte by byte; what is not so is refused.
TEST(ReaderFrame, IsReadAsItIsWritten) {
  ReaderFlagsFrame frame;
  frame.folder = 300;
  frame.reader = owner_of(7);
  frame.action = FlagAction::remove;
  frame.flags = k_seen;
  frame.own = 65;
  frame.keywords = {"One", "Two"};
  frame.uids = {1, 2, 3, 900};
  const auto bytes = encode_reader_flags(frame);
  EXPECT_EQ(bytes.substr(0, 9), std::string_view("\x01\xAC\x02\x05local", 9));
  const auto read = decode_reader_flags(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, frame);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_reader_flags(bytes.substr(0, size))) << size;
  EXPECT_EQ(decode_reader_flags(bytes + 'x').error().code(), Errc::corrupt);
  auto other = bytes;
  other[0] = 2;
  EXPECT_EQ(decode_reader_flags(other).error().code(), Errc::unsupported);
  other = bytes;
  other[25] = 3;  // the action
  EXPECT_EQ(decode_reader_flags(other).error().code(), Errc::corrupt);
  EXPECT_EQ(name_of(FrameType::reader_flags), "reader_flags");
}

// Without a source, of what is not there, of what was expunged: it says nothing.
TEST_F(ReaderTest, AFrameThatNamesNothingChangesNothing) {
  open();
  append(*account(), k_inbox, message_of("one"));
  EXPECT_TRUE(threads_.work(account()->remove(k_inbox, {1})));
  append(*account(), k_inbox, message_of("two"));
  auto state = *state_of(*account());
  ReaderFlagsFrame frame;
  frame.folder = k_inbox;
  frame.flags = k_seen;
  frame.own = 0xFF;
  frame.uids = {1, 2, 77};
  FramePlace place;
  place.sequence = state.modseq;
  const auto take = [&] {
    ++place.sequence;
    apply(state, place, Decoded(frame));
  };
  frame.reader.guid = owner_of(2).guid;
  take();
  frame.reader = owner_of(2);
  for (const FolderId folder : {FolderId{999}, expunged_of(k_inbox)}) {
    frame.folder = folder;
    take();
  }
  EXPECT_EQ(flags_of_reader(*state.find(k_inbox), owner_of(2)), nullptr);
  frame.folder = k_inbox;
  take();
  EXPECT_EQ(flags_of_reader(*state.find(k_inbox), owner_of(2))->size(), 1U);
}

// Two readers and the owner at random, against plain sets; and after every change each client that
// remembers a HIGHESTMODSEQ catches up by it alone.
TEST_F(ReaderTest, ClientsCatchUpByTheSequenceTheyWereTold) {
  open();
  give(k_boris);
  std::map<unsigned, std::map<Uid, int>> known;
  std::map<unsigned, ModSeq> told;
  std::minstd_rand random(5);
  Uid next = 1;
  bool of_person = true;
  for (int step = 0; step < 400; ++step) {
    if (step % 97 == 96) share(random() % 2 == 0 ? FlagSharing::all : FlagSharing::seen);
    if (step % 89 == 88) reopen();
    if (step % 61 == 60) of_person = !of_person;
    const std::vector<std::shared_ptr<Account>> people{account(), as(k_boris, of_person),
                                                       as(k_clara, of_person)};
    auto& actor = *people[random() % people.size()];
    const Uid some = 1 + static_cast<Uid>(random()) % (next + 1);
    switch (random() % 8) {
      case 0:
      case 1:
        append(actor, k_inbox, message_of("m", random() % 2 == 0 ? k_seen : 0));
        ++next;
        break;
      case 2:
        EXPECT_TRUE(threads_.work(actor.remove(k_inbox, {some})));
        break;
      case 3:
        flag(actor, {some}, static_cast<FlagBits>(random() % 8), FlagAction::set);
        break;
      default:
        flag(actor, {some, some + 1}, random() % 3 == 0 ? k_flagged : k_seen,
             random() % 2 == 0 ? FlagAction::add : FlagAction::remove);
    }
    const std::vector<std::shared_ptr<Account>> now{account(), as(k_boris, of_person),
                                                    as(k_clara, of_person)};
    for (unsigned who = 0; who < now.size(); ++who) {
      if (random() % 3 == 0) continue;  // looks again later
      const auto view = now[who]->view().open(k_inbox);
      ASSERT_GE(view->info().highest_modseq, told[who]);
      const auto gone = view->vanished_since(told[who]);
      ASSERT_TRUE(gone);
      for (const auto uid : *gone) known[who].erase(uid);
      for (const auto& entry : view->changed_since(told[who])) known[who][entry.uid] = entry.flags;
      told[who] = view->info().highest_modseq;
      std::map<Uid, int> here;
      std::uint64_t unseen = 0;
      view->for_each(0, view->size(), [&](std::size_t, const Entry& entry) {
        here[entry.uid] = entry.flags;
        if ((entry.flags & k_seen) == 0) ++unseen;
        EXPECT_LE(entry.modseq, told[who]);
      });
      ASSERT_EQ(known[who], here) << "step " << step << " who " << who;
      ASSERT_EQ(view->info().unseen, unseen) << "step " << step << " who " << who;
    }
  }
  expect_kept();
}

}  // namespace
}  // namespace kontor::store
