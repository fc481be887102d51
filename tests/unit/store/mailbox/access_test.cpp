// SPDX-License-Identifier: GPL-3.0-or-later
// Access lists and annotations: kept through restart, snapshot, rename, and gone with their folder.
#include <gmock/gmock.h>

#include "store/mailbox/snapshot.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using Action = AccessChange::Action;

TEST(AccessList, LettersAreRights) {
  EXPECT_EQ(letters_of(k_all_rights), "lrswipkxtean");
  EXPECT_EQ(rights_of("lrswipkxtean"), k_all_rights);
  EXPECT_EQ(rights_of(""), RightBits{0});
  EXPECT_EQ(rights_of("lq"), std::nullopt);
  EXPECT_EQ(letters_of(*rights_of("xl")), "lx");
}

TEST(AccessList, AFrameOfAnyLettersKeepsTheListInOrder) {
  AccessList list;
  for (const char* rights : {"lr", "-w", "l?9r", "-", "", "-e", "t"})
    apply_acl(list, AclFrame{1, owner_of(2), rights});
  apply_acl(list, AclFrame{1, Binding{}, "l"});
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0], (AccessEntry{Binding{}, false, *rights_of("l")}));
  EXPECT_EQ(list[1], (AccessEntry{owner_of(2), false, *rights_of("t")}));
  EXPECT_EQ(list[2], (AccessEntry{owner_of(2), true, *rights_of("e")}));
}

class AccessTest : public StoreFixture {
 protected:
  Result<void> set(Account& account,
                   FolderId folder,
                   Binding who,
                   Action action,
                   std::string_view letters,
                   bool negative = false) {
    AccessChange change;
    change.principal = std::move(who);
    change.action = action;
    change.negative = negative;
    change.rights = *rights_of(letters);
    return threads_.work(account.set_access(folder, change));
  }
  static std::string shown(const Account& account, FolderId folder) {
    std::string text;
    for (const auto& entry : account.view().access(folder))
      text += (entry.negative ? " -" : " ") + std::to_string(entry.principal.guid.array()[0]) +
              ":" + letters_of(entry.rights);
    return text;
  }
  Result<void> annotate(Account& account,
                        FolderId folder,
                        std::vector<AnnotationChange> changes,
                        std::size_t most = 100) {
    return threads_.work(account.set_annotations(folder, std::move(changes), most));
  }
  // The same after a restart by the snapshot and by the log alone.
  void expect_kept(const std::function<void(Account&)>& check) {
    check(*account());
    const auto id = account()->id();
    const auto before = state_of(*account());
    reopen();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    check(*account());
    const auto bytes = encode_snapshot(dynamic_cast<LogAccount&>(*account()).published());
    const auto read = decode_snapshot(bytes);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(difference(*before, read->state), "");
    close();
    drop_snapshot(id);
    open();
    EXPECT_EQ(difference(*before, *state_of(*account())), "");
    check(*account());
  }
};

TEST_F(AccessTest, RightsAreSetAddedAndTaken) {
  open();
  {
    const auto mailbox = account();
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::set, "lr"));
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::add, "rw"));
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(3), Action::add, "la"));
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(3), Action::set, "e", true));
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::remove, "r"));
    EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(4), Action::remove, "r"));
    EXPECT_EQ(set(*mailbox, 999, owner_of(2), Action::set, "lr").error().code(), Errc::not_found);
  }
  expect_kept([](Account& kept) { EXPECT_EQ(shown(kept, k_inbox), " 2:lw 3:la -3:e"); });
  const auto mailbox = account();
  EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(3), Action::set, ""));
  EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::remove, "lrw"));
  EXPECT_EQ(shown(*mailbox, k_inbox), " -3:e");
}

TEST_F(AccessTest, WhatMakesNoDifferenceWritesNothing) {
  open();
  const auto mailbox = account();
  ASSERT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::set, "lr"));
  ASSERT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/comment", "text"}}));
  const auto before = mailbox->view().highest_modseq();
  EXPECT_TRUE(set(*mailbox, k_inbox, owner_of(2), Action::add, "r"));
  EXPECT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/comment", "text"}, {"/shared/x", {}}}));
  EXPECT_EQ(mailbox->view().highest_modseq(), before);
}

TEST_F(AccessTest, NewFoldersHaveTheListOfTheNearestOneAbove) {
  open();
  const auto mailbox = account();
  const auto top = *threads_.work(mailbox->create_folder("Top", {}));
  ASSERT_TRUE(set(*mailbox, top, owner_of(2), Action::set, "lr"));
  ASSERT_TRUE(set(*mailbox, top, Binding{}, Action::set, "w", true));
  const auto deep = *threads_.work(mailbox->create_folder("Top/a/b", {}));
  EXPECT_EQ(shown(*mailbox, deep), " -0:w 2:lr");
  EXPECT_EQ(shown(*mailbox, mailbox->view().find_folder("Top/a")->id), " -0:w 2:lr");
  EXPECT_EQ(shown(*mailbox, *threads_.work(mailbox->create_folder("Beside", {}))), "");
}

TEST_F(AccessTest, TheyFollowTheirFolderAndGoWithIt) {
  open();
  const auto mailbox = account();
  const auto folder = *threads_.work(mailbox->create_folder("Old", {}));
  ASSERT_TRUE(set(*mailbox, folder, owner_of(2), Action::set, "lr"));
  ASSERT_TRUE(annotate(*mailbox, folder, {{"/shared/comment", "of Old"}}));
  ASSERT_TRUE(threads_.work(mailbox->rename_folder("Old", "New")));
  EXPECT_EQ(shown(*mailbox, folder), " 2:lr");
  EXPECT_EQ(mailbox->view().annotations(folder).at("/shared/comment"), "of Old");
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("New")));
  EXPECT_EQ(shown(*mailbox, folder), "");
  EXPECT_TRUE(mailbox->view().annotations(folder).empty());
  const auto again = *threads_.work(mailbox->create_folder("New", {}));
  EXPECT_EQ(shown(*mailbox, again), "");
  EXPECT_TRUE(mailbox->view().annotations(again).empty());
}

TEST_F(AccessTest, BringingAFolderBackBringsThemBack) {
  open();
  const auto mailbox = account();
  const auto folder = *threads_.work(mailbox->create_folder("Lost", {}));
  append(*mailbox, folder, message_of("in it"));
  ASSERT_TRUE(set(*mailbox, folder, owner_of(2), Action::set, "lr"));
  ASSERT_TRUE(annotate(*mailbox, folder, {{"/shared/comment", "of Lost"}}));
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("Lost")));
  const auto recoverable = mailbox->view().recoverable();
  ASSERT_EQ(recoverable.size(), 1U);
  ASSERT_TRUE(threads_.work(mailbox->restore_folder(recoverable.front().id, "Found")));
  const auto found = mailbox->view().find_folder("Found")->id;
  EXPECT_EQ(shown(*mailbox, found), " 2:lr");
  EXPECT_EQ(mailbox->view().annotations(found).at("/shared/comment"), "of Lost");
}

TEST_F(AccessTest, RenamingInboxCopiesItsAnnotations) {
  open();
  const auto mailbox = account();
  ASSERT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/comment", "both"}}));
  ASSERT_TRUE(threads_.work(mailbox->rename_folder("INBOX", "Was")));
  const auto made = mailbox->view().find_folder("Was")->id;
  EXPECT_EQ(mailbox->view().annotations(made).at("/shared/comment"), "both");
  EXPECT_EQ(mailbox->view().annotations(k_inbox).at("/shared/comment"), "both");
}

TEST_F(AccessTest, AnnotationsAreSetTogetherOrNotAtAll) {
  open();
  {
    const auto mailbox = account();
    const std::string bytes("\0\r\n\xFF", 4);
    ASSERT_TRUE(annotate(*mailbox, k_inbox, {{"/private/a", "1"}, {"/shared/b", bytes}}));
    ASSERT_TRUE(annotate(*mailbox, 0, {{"/private/server", "s"}}));
    EXPECT_EQ(
        annotate(*mailbox, k_inbox, {{"/private/a", "2"}, {"/shared/c", "3"}}, 2).error().code(),
        Errc::limit);
    EXPECT_EQ(annotate(*mailbox, 999, {{"/shared/b", "1"}}).error().code(), Errc::not_found);
    // With as many as allowed an entry can be replaced, and one can go for another.
    ASSERT_TRUE(annotate(*mailbox, k_inbox, {{"/private/a", {}}, {"/shared/c", "3"}}, 2));
  }
  expect_kept([](Account& kept) {
    const auto view = kept.view();
    EXPECT_EQ(view.annotations(k_inbox),
              (AnnotationMap{{"/shared/b", std::string("\0\r\n\xFF", 4)}, {"/shared/c", "3"}}));
    EXPECT_EQ(view.annotations(0), (AnnotationMap{{"/private/server", "s"}}));
  });
}

TEST_F(AccessTest, LimitsOfFoldersAndAnnotationsAreKept) {
  open();
  {
    const auto mailbox = account();
    OwnLimits own;
    own.folders = mailbox->view().folder_count() + 2;
    own.annotation_bytes = 40;
    ASSERT_TRUE(threads_.work(mailbox->set_limits(own)));
    EXPECT_EQ(threads_.work(mailbox->create_folder("a/b/c", {})).error().code(), Errc::over_quota);
    EXPECT_TRUE(threads_.work(mailbox->create_folder("a/b", {})));
    EXPECT_EQ(threads_.work(mailbox->create_folder("x", {})).error().code(), Errc::over_quota);
    const std::string text(20, 'x');
    EXPECT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/a", text}}));  // 29 bytes
    EXPECT_EQ(annotate(*mailbox, 0, {{"/shared/b", "123"}}).error().code(), Errc::over_quota);
    EXPECT_TRUE(annotate(*mailbox, 0, {{"/shared/b", "12"}}));
    EXPECT_EQ(mailbox->view().annotation_bytes(), 40U);
    // What makes them smaller always works.
    own.annotation_bytes = 10;
    ASSERT_TRUE(threads_.work(mailbox->set_limits(own)));
    EXPECT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/a", text.substr(1)}}));
    EXPECT_EQ(annotate(*mailbox, k_inbox, {{"/shared/a", text}}).error().code(), Errc::over_quota);
  }
  expect_kept([](Account& kept) {
    EXPECT_EQ(kept.quota().own.annotation_bytes, 10U);
    EXPECT_EQ(kept.quota().limits.folders, kept.view().folder_count());
  });
}

TEST_F(AccessTest, AViewTellsWhatChangedSinceAnother) {
  open();
  const auto mailbox = account();
  const auto before = mailbox->view();
  EXPECT_TRUE(mailbox->view().changes_since(before).folders.empty());
  append(*mailbox, k_inbox, message_of("one"));
  const auto made = *threads_.work(mailbox->create_folder("Made", {}));
  ASSERT_TRUE(threads_.work(mailbox->rename_folder("Archive", "Kept")));
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("Junk")));
  ASSERT_TRUE(threads_.work(mailbox->subscribe("Made", true)));
  ASSERT_TRUE(threads_.work(mailbox->subscribe("Sent", false)));
  ASSERT_TRUE(annotate(*mailbox, k_inbox, {{"/shared/a", "1"}}));
  ASSERT_TRUE(annotate(*mailbox, 0, {{"/private/s", "1"}}));
  const auto after = mailbox->view();
  const auto changes = after.changes_since(before);
  std::vector<std::string> names;
  for (const auto& change : changes.folders)
    names.push_back((change.before ? change.before->name : "") + ">" +
                    (change.after ? change.after->name : ""));
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("INBOX>INBOX", "Archive>Kept", "Junk>",
                                                     ">Made", "Sent>Sent"));
  EXPECT_THAT(changes.subscribed, ::testing::ElementsAre("Made"));
  EXPECT_THAT(changes.unsubscribed, ::testing::ElementsAre("Sent"));
  EXPECT_THAT(changes.annotations, ::testing::ElementsAre("/private/s"));
  EXPECT_THAT(changes.folders.front().annotations, ::testing::ElementsAre("/shared/a"));
  // A folder that came and went between the two is told by neither.
  const auto gone = *threads_.work(mailbox->create_folder("Gone", {}));
  ASSERT_TRUE(threads_.work(mailbox->delete_folder("Gone")));
  EXPECT_TRUE(mailbox->view().changes_since(after).folders.empty()) << gone << made;
}

}  // namespace
}  // namespace kontor::store
