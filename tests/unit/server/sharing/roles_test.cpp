// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/roles.hpp"

#include <gtest/gtest.h>

#include "server/sharing/send_as.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::sharing {
namespace {

TEST(Roles, AreWordsForLetters) {
  const auto letters = [](std::string_view text) {
    const auto rights = parse_rights(text);
    return rights ? store::letters_of(*rights) : "none";
  };
  EXPECT_EQ(letters("reader"), "lrs");
  EXPECT_EQ(letters("Author"), "lrsi");
  EXPECT_EQ(letters("editor"), "lrswikxte");
  EXPECT_EQ(letters("owner"), store::k_right_letters);
  EXPECT_EQ(letters("srl"), "lrs");
  EXPECT_EQ(letters("lcd"), "lkxte");
  EXPECT_EQ(letters("king"), "none");
  EXPECT_EQ(letters(""), "none");
  for (const std::string_view word : {"reader", "author", "editor", "owner", "lr", "lrsip"})
    EXPECT_EQ(rights_word(*parse_rights(word)), word);
  EXPECT_EQ(letters("freebusy"), "l");
  EXPECT_EQ(letters("delegate"), "lrswipkxte");
  for (const std::string_view word : {"freebusy", "delegate", "reader"})
    EXPECT_EQ(rights_word(*parse_rights(word), store::FolderClass::calendar), word);
  EXPECT_EQ(rights_word(*parse_rights("freebusy")), "l") << "of mail there is no such role";
}

TEST(SendAs, TakesPOnTheInboxOfASharedMailbox) {
  using directory::test_id;
  auto box = directory::test_person(3, "info");
  box.mail_rules.recipient_type = 4;
  const testing::FakeDirectory people({directory::test_person(1, "anna"),
                                       directory::test_person(2, "boris"), box,
                                       directory::test_group(10, "sales", {test_id(1)})});
  testing::FakeStore store;
  const auto may = [&](std::uint32_t who, const directory::Principal& mailbox) {
    const auto copy = people.current();
    const auto person = copy->find(test_id(who));
    const auto identity = directory::make_identity(*copy, *person, "x", {});
    return may_send_as(identity, people, store, mailbox);
  };
  const auto share = [&](store::FolderId folder, std::string_view rights) {
    store::SharedAccount account;
    account.owner = {box.id.source, box.id.guid};
    account.id = *store.find(account.owner);
    const auto group = test_id(10);
    const store::AccessEntry entry{{group.source, group.guid}, false, *store::rights_of(rights)};
    account.folders.push_back({folder, "x", store::SpecialUse::none, {entry}});
    store.shared.set(std::move(account));
  };
  EXPECT_FALSE(may(1, box)) << "nothing was given";
  share(store::k_inbox, "lrs");
  EXPECT_FALSE(may(1, box));
  share(store::k_inbox + 1, "lrsp");
  EXPECT_FALSE(may(1, box)) << "not by another folder";
  share(store::k_inbox, "lrsp");
  EXPECT_TRUE(may(1, box));
  EXPECT_FALSE(may(2, box)) << "not of the group";
  box.mail_rules.recipient_type = 1;
  EXPECT_FALSE(may(1, box)) << "a person's own mailbox";
}

}  // namespace
}  // namespace kontor::sharing
