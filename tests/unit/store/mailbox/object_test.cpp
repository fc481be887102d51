// SPDX-License-Identifier: GPL-3.0-or-later
// Items with names: byte for byte, one writer of two wins, what left is told by name, and all of it
// is the same after the account was read again from its log or from a snapshot.
#include <gmock/gmock.h>

#include "store/mailbox/snapshot.hpp"
#include "tests/unit/store/mailbox/store_fixture.hpp"

namespace kontor::store {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using enum ObjectCondition::Wanted;
using Names = std::vector<std::string>;

ObjectCondition that_it_is(const Uuid& guid) {
  ObjectCondition condition;
  condition.wanted = one_of;
  condition.guids.push_back(guid);
  return condition;
}

ObjectCondition that_it_is(ObjectCondition::Wanted wanted) {
  ObjectCondition condition;
  condition.wanted = wanted;
  return condition;
}

class ObjectTest : public StoreFixture {
 protected:
  ObjectTest() {
    settings_.tombstone_days = 30;
    open();
    calendar_ = make("calendar:default");
  }
  FolderId make(const std::string& name) {
    FolderOptions options;
    options.folder_class = FolderClass::calendar;
    return threads_.work(account()->create_folder(name, options)).value();
  }
  Result<ObjectPut> put(const std::string& name,
                        const std::string& bytes,
                        ObjectCondition condition = {},
                        const std::string& key = {}) {
    NewObject object;
    object.name = name;
    object.bytes = bytes;
    object.keys.uid = key.empty() ? "uid of " + name : key;
    object.keys.kind = ObjectKind::event;
    return threads_.work(account()->put_object(calendar_, std::move(object), std::move(condition)));
  }
  Result<void> remove(const std::string& name, ObjectCondition condition = {}) {
    return threads_.work(account()->remove_object(calendar_, name, std::move(condition)));
  }
  Result<ObjectPut> transfer(const std::string& from,
                             const std::string& to,
                             FolderId into,
                             bool copy) {
    ObjectTransfer transfer;
    transfer.from = calendar_;
    transfer.name = from;
    transfer.to = into;
    transfer.new_name = to;
    transfer.copy = copy;
    return threads_.work(account()->transfer_object(std::move(transfer)));
  }
  std::string read(const std::string& name) { return read(name, calendar_); }
  std::string read(const std::string& name, FolderId folder) {
    const auto view = account()->view().open(folder);
    const auto* object = view->find_object(name);
    if (object == nullptr) return "-";
    return threads_.work(account()->read_message(view->at(*view->index_of(object->uid)).item))
        .value();
  }
  ModSeq modseq() { return account()->view().open(calendar_)->info().highest_modseq; }
  Names changed(ModSeq since) {
    const auto view = account()->view().open(calendar_);
    Names names;
    for (const auto& entry : view->changed_since(since))
      names.push_back(view->object(entry.uid)->name);
    return names;
  }
  Names vanished(ModSeq since) {
    const auto view = account()->view().open(calendar_);
    Names names;
    const auto gone = view->vanished_since(since);
    if (!gone) return {"too old"};
    for (const Uid uid : *gone) names.push_back(view->object(uid)->name);
    return names;
  }
  // From the log alone, and from a snapshot.
  void reopen_both_ways(const std::function<void()>& check) {
    check();
    drop_snapshot(account()->id());
    reopen();
    check();
    const auto mailbox = account();
    const auto version = dynamic_cast<LogAccount&>(*mailbox).published();
    const auto snapshot = decode_snapshot(encode_snapshot(version));
    ASSERT_TRUE(snapshot);
    EXPECT_EQ(difference(snapshot->state, *version.state), "");
  }
  FolderId calendar_ = 0;
};

TEST_F(ObjectTest, AreKeptByteForByteUnderTheirNames) {
  const std::string odd("a\0b\r\n\n \xFF", 8);
  ASSERT_TRUE(put("Встреча.ics", odd));
  ASSERT_TRUE(put("empty", ""));
  reopen_both_ways([&] {
    EXPECT_EQ(read("Встреча.ics"), odd);
    EXPECT_EQ(read("empty"), "");
    EXPECT_EQ(read("встреча.ics"), "-");
    const auto view = account()->view().open(calendar_);
    EXPECT_EQ(view->find_object_key("uid of empty")->name, "empty");
    EXPECT_EQ(view->find_object("empty")->keys.kind, ObjectKind::event);
    EXPECT_EQ(recount(*state_of(*account())), account()->quota().usage);
  });
}

TEST_F(ObjectTest, AConditionThatDoesNotHoldLeavesTheOldOne) {
  const auto first = put("a", "one", that_it_is(absent));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->created);
  EXPECT_EQ(put("a", "two", that_it_is(absent)).error().code(), Errc::conflict);
  EXPECT_EQ(put("b", "two", that_it_is(present)).error().code(), Errc::conflict);
  EXPECT_EQ(put("b", "two", that_it_is(first->guid)).error().code(), Errc::conflict);
  const auto second = put("a", "two", that_it_is(first->guid));
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->created);
  EXPECT_EQ(put("a", "three", that_it_is(first->guid)).error().code(), Errc::conflict);
  EXPECT_EQ(remove("a", that_it_is(first->guid)).error().code(), Errc::conflict);
  EXPECT_EQ(read("a"), "two");
  EXPECT_TRUE(remove("a", that_it_is(second->guid)));
  EXPECT_EQ(remove("a").error().code(), Errc::not_found);
}

TEST_F(ObjectTest, OfTwoThatReplaceTheSameOneWins) {
  const auto first = put("a", "one");
  const auto mailbox = account();
  std::vector<std::future<Result<ObjectPut>>> racing;
  for (int i = 0; i < 8; ++i) {
    NewObject object;
    object.name = "a";
    object.bytes = "by " + std::to_string(i);
    racing.push_back(
        threads_.start(mailbox->put_object(calendar_, std::move(object), that_it_is(first->guid))));
  }
  int won = 0, lost = 0;
  for (auto& one : racing) {
    const auto outcome = one.get();
    if (outcome)
      ++won;
    else if (outcome.error().code() == Errc::conflict)
      ++lost;
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 7);
  EXPECT_EQ(mailbox->view().open(calendar_)->size(), 1U);
}

TEST_F(ObjectTest, OneUidStandsUnderOneNameOfAFolder) {
  ASSERT_TRUE(put("a", "1", {}, "same"));
  EXPECT_EQ(put("b", "2", {}, "same").error().code(), Errc::exists);
  EXPECT_TRUE(put("a", "3", {}, "other")) << "an object may change its own";
  EXPECT_TRUE(put("b", "2", {}, "same"));
  const auto second = make("calendar:work");
  EXPECT_TRUE(transfer("b", "b", second, true)) << "another folder is another place";
  EXPECT_EQ(transfer("b", "c", calendar_, true).error().code(), Errc::exists);
  EXPECT_TRUE(transfer("b", "c", calendar_, false)) << "it only gets another name";
  EXPECT_EQ(read("b"), "-");
  EXPECT_EQ(read("c"), "2");
  EXPECT_EQ(read("b", second), "2");
}

TEST_F(ObjectTest, NamesThatCannotBeInAPathAreRefused) {
  for (const auto* name : {"", ".", "..", "a\nb", "\xFF", ".item-7"})
    EXPECT_EQ(put(name, "x").error().code(), Errc::bad_input) << name;
  EXPECT_EQ(put(std::string(256, 'x'), "x").error().code(), Errc::bad_input);
  EXPECT_TRUE(put(std::string(255, 'x'), "x"));
  NewObject object;
  object.name = "a";
  EXPECT_EQ(threads_.work(account()->put_object(k_inbox, std::move(object), {})).error().code(),
            Errc::bad_input);
}

TEST_F(ObjectTest, WhatChangedAndWhatLeftIsToldByName) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("b", "1"));
  const auto before = modseq();
  ASSERT_TRUE(put("b", "2"));
  ASSERT_TRUE(put("c", "1"));
  ASSERT_TRUE(remove("a"));
  ASSERT_TRUE(transfer("c", "d", calendar_, false));
  reopen_both_ways([&] {
    EXPECT_THAT(changed(before), ElementsAre("b", "d"));
    EXPECT_THAT(vanished(before), UnorderedElementsAre("a", "b", "c"));
    EXPECT_THAT(changed(modseq()), ElementsAre());
  });
  clock_.advance(40 * 86'400);
  ASSERT_TRUE(put("e", "1"));
  reopen();
  EXPECT_THAT(vanished(before), ElementsAre("too old"));
  reopen_both_ways([&] { EXPECT_EQ(state_of(*account())->find(calendar_)->objects->size(), 3U); });
}

TEST_F(ObjectTest, WhatWasReplacedComesBackInItsPlace) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("a", "2"));
  ASSERT_TRUE(put("a", "3"));
  ASSERT_TRUE(put("b", "b"));
  ASSERT_TRUE(remove("b"));
  const auto all = account()->view().open(expunged_of(calendar_));
  ASSERT_EQ(all->size(), 3U);
  ASSERT_TRUE(threads_.work(account()->restore(expunged_of(calendar_), {1, 2, 3})));
  reopen_both_ways([&] {
    EXPECT_EQ(read("a"), "2");
    EXPECT_EQ(read("b"), "b");
    EXPECT_EQ(account()->view().open(calendar_)->size(), 2U);
    EXPECT_EQ(recount(*state_of(*account())), account()->quota().usage);
  });
}

TEST_F(ObjectTest, TheQuotaCountsThemAndAReplacementOnlyOnce) {
  OwnLimits own;
  own.bytes = 1'000;
  ASSERT_TRUE(threads_.work(account()->set_limits(own)));
  ASSERT_TRUE(put("a", std::string(900, 'x')));
  EXPECT_EQ(put("b", std::string(200, 'x')).error().code(), Errc::over_quota);
  EXPECT_TRUE(put("a", std::string(1'000, 'y')));
  EXPECT_EQ(read("a"), std::string(1'000, 'y'));
}

TEST_F(ObjectTest, WhatHasNoNameGetsOne) {
  const auto inbox = append(*account(), k_inbox, message_of("m"));
  ASSERT_TRUE(threads_.work(account()->copy(k_inbox, inbox.uids, calendar_)));
  reopen_both_ways([&] { EXPECT_THAT(changed(0), ElementsAre(".item-1")); });
  EXPECT_TRUE(put(".item-1", "new")) << "it is there, so it can be replaced";
  EXPECT_EQ(read(".item-1"), "new");
}

TEST_F(ObjectTest, MailHasNoTableOfNames) {
  append(*account(), k_inbox, message_of("m"));
  EXPECT_TRUE(state_of(*account())->find(k_inbox)->objects.empty());
}

}  // namespace
}  // namespace kontor::store
