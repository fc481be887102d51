// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sharing/busy.hpp"

#include <gtest/gtest.h>

#include "directory/model/identity.hpp"
#include "server/sharing/identifier.hpp"
#include "tests/unit/directory/model/people.hpp"
#include "tests/unit/server/fakes.hpp"

namespace kontor::sharing {
namespace {

using directory::test_group;
using directory::test_id;
using directory::test_person;

// anna owns; boris is in team, team is in all-staff; clara is in none; a group of another forest
// comes with tickets only.
class RightsTest : public ::testing::Test {
 protected:
  static std::vector<directory::Principal> people() {
    return {test_person(1, "anna"), test_person(2, "boris"), test_person(3, "clara"),
            test_group(10, "team", {test_id(2)}), test_group(11, "all-staff", {test_id(10)})};
  }
  static store::Binding binding(std::uint32_t number) {
    const auto id = test_id(number);
    return {id.source, id.guid};
  }
  static store::AccessEntry entry(store::Binding who,
                                  std::string_view rights,
                                  bool negative = false) {
    return {std::move(who), negative, *store::rights_of(rights)};
  }
  directory::Identity identity(std::uint32_t number,
                               const std::vector<directory::Sid>& ticket = {}) const {
    const auto copy = directory_.current();
    return directory::make_identity(*copy, *copy->find(test_id(number)), "login", ticket);
  }
  std::string letters(std::uint32_t person, const store::AccessList& list) const {
    return letters(identity(person), list);
  }
  std::string letters(const directory::Identity& who, const store::AccessList& list) const {
    const Access access{owner_, folder_, list};
    return store::letters_of(rights_of(who, directory_, access));
  }

  testing::FakeDirectory directory_{people()};
  store::Binding owner_ = binding(1);
  store::FolderInfo folder_ = [] {
    store::FolderInfo info;
    info.id = 7;
    info.name = "Team";
    return info;
  }();
};

TEST_F(RightsTest, OfStrangersAreThoseOfAnyoneAndAnonymous) {
  const auto of = [](const store::AccessList& list) {
    return store::letters_of(rights_of_strangers(list));
  };
  EXPECT_EQ(of({}), "");
  EXPECT_EQ(of({entry({}, "lrp")}), "lrp");
  EXPECT_EQ(of({entry(anonymous(), "p")}), "p");
  EXPECT_EQ(of({entry({}, "lrp"), entry(anonymous(), "p", true)}), "lr");
  EXPECT_EQ(of({entry(binding(2), "p"), entry(binding(11), "p")}), "");
  // They are nobody who signed in.
  EXPECT_EQ(letters(3, {entry(anonymous(), "lrp")}), "");
  EXPECT_EQ(letters(3, {entry({}, "lrp"), entry(anonymous(), "p", true)}), "lrp");
  const auto copy = directory_.current();
  EXPECT_EQ(find_principal(*copy, "", "Anonymous"), anonymous());
  EXPECT_EQ(identifier_of(*copy, anonymous()), "anonymous");
}

TEST_F(RightsTest, TheOwnerHasAllWhateverTheListSays) {
  EXPECT_EQ(letters(1, {}), "lrswipkxtean");
  EXPECT_EQ(letters(1, {entry(binding(1), "lrswipkxtea", true), entry({}, "a", true)}),
            "lrswipkxtean");
  folder_.id = store::k_inbox;
  EXPECT_EQ(letters(1, {}), "lrswipktean");
}

TEST_F(RightsTest, OthersHaveWhatEntriesGiveThemAndTheirGroups) {
  EXPECT_EQ(letters(2, {}), "");
  EXPECT_EQ(letters(2, {entry({}, "l"), entry(binding(2), "r")}), "lr");
  EXPECT_EQ(letters(3, {entry({}, "l"), entry(binding(2), "r")}), "l");
  EXPECT_EQ(letters(2, {entry(binding(10), "lr"), entry(binding(11), "lw")}), "lrw");
  EXPECT_EQ(letters(3, {entry(binding(10), "lr"), entry(binding(11), "lw")}), "");
}

TEST_F(RightsTest, OfCalendarsAreNotThoseOfMail) {
  const store::AccessList list{entry(binding(11), "lrs"), entry(binding(3), "l", true)};
  const auto of = [&](std::uint32_t person) {
    const Access access{owner_, folder_, list};
    return store::letters_of(object_rights_of(identity(person), directory_, access));
  };
  EXPECT_EQ(of(2), "") << "it is mail";
  folder_.folder_class = store::FolderClass::calendar;
  EXPECT_EQ(letters(2, list), "") << "it is none";
  EXPECT_EQ(of(1), "lrswipkxtean");
  EXPECT_EQ(of(2), "lrs");
  EXPECT_EQ(of(3), "");
  const Access access{owner_, folder_, list};
  EXPECT_TRUE(may_see_busy(identity(2), directory_, access));
  EXPECT_FALSE(may_see_busy(identity(3), directory_, access)) << "it was taken from her";
  EXPECT_TRUE(may_see_busy(identity(3), directory_, {owner_, folder_, {}}));
  using enum config::BusyAskers;
  EXPECT_TRUE(may_see_busy(identity(2), directory_, access, rights));
  EXPECT_FALSE(may_see_busy(identity(2), directory_, {owner_, folder_, {}}, rights));
  EXPECT_FALSE(may_see_busy(identity(2), directory_, access, nobody));
  EXPECT_TRUE(may_see_busy(identity(1), directory_, access, nobody)) << "it is his own";
}

TEST_F(RightsTest, OfAGroupItsMembersHaveItsCalendars) {
  folder_.folder_class = store::FolderClass::calendar;
  const auto of = [&](std::uint32_t person, std::uint32_t group) {
    const auto owner = binding(group);
    const Access access{owner, folder_, {}};
    return store::letters_of(object_rights_of(identity(person), directory_, access));
  };
  EXPECT_EQ(of(2, 10), "lrswipkten");
  EXPECT_EQ(of(2, 11), "lrswipkten") << "by a group in it";
  EXPECT_EQ(of(3, 11), "");
  EXPECT_EQ(of(2, 99), "") << "the group is gone";
}

TEST_F(RightsTest, NegativeEntriesTakeFromTheUnion) {
  const store::AccessList list{entry({}, "w", true), entry(binding(2), "lrwi"),
                               entry(binding(10), "i", true), entry(binding(11), "e")};
  EXPECT_EQ(letters(2, list), "lre");
  EXPECT_EQ(letters(2, {entry(binding(2), "lr"), entry(binding(2), "r", true)}), "l");
  EXPECT_EQ(letters(3, {entry({}, "lr"), entry(binding(10), "r", true)}), "lr");
}

TEST_F(RightsTest, AGroupCountsByTheTicketToo) {
  auto group = test_group(20, "far", {});
  auto all = people();
  all.push_back(group);
  directory_.replace(std::move(all));
  auto boris = identity(2);
  EXPECT_EQ(letters(boris, {entry(binding(20), "lr")}), "");
  boris.sids.push_back(group.sid);
  std::ranges::sort(boris.sids);
  EXPECT_EQ(letters(boris, {entry(binding(20), "lr")}), "lr");
}

TEST_F(RightsTest, AGroupThatIsGoneCountsForNobodyAndOneThatLostAMemberNotForHim) {
  const auto before = identity(2);
  const store::AccessList list{entry(binding(10), "lr")};
  EXPECT_EQ(letters(before, list), "lr");
  directory_.replace({test_person(1, "anna"), test_person(2, "boris"), test_group(10, "team", {})});
  EXPECT_EQ(letters(2, list), "");
  directory_.replace({test_person(1, "anna"), test_person(2, "boris")});
  EXPECT_EQ(letters(before, list), "");
}

TEST_F(RightsTest, APersonOfTheSameGuidInAnotherSourceIsSomebodyElse) {
  auto stranger = identity(2);
  stranger.id.source = "ad";
  EXPECT_EQ(letters(stranger, {entry(binding(2), "lr")}), "");
  auto owner = identity(1);
  owner.id.source = "ad";
  EXPECT_EQ(letters(owner, {}), "");
}

TEST_F(RightsTest, NobodyDeletesInboxAndCalendarsAreNotMail) {
  const store::AccessList list{entry(binding(2), "lrx")};
  EXPECT_EQ(letters(2, list), "lrx");
  folder_.id = store::k_inbox;
  EXPECT_EQ(letters(2, list), "lr");
  folder_.folder_class = store::FolderClass::calendar;
  EXPECT_EQ(letters(1, list), "");
}

TEST(RightsText, HasTheOldLettersWhenAMemberIsThere) {
  EXPECT_EQ(rights_text(*store::rights_of("lr")), "lr");
  EXPECT_EQ(rights_text(*store::rights_of("k")), "kc");
  EXPECT_EQ(rights_text(*store::rights_of("xe")), "xecd");
  EXPECT_EQ(rights_text(*store::rights_of("t")), "td");
}

TEST_F(RightsTest, IdentifiersAreNamesOfToday) {
  const auto copy = directory_.current();
  const auto found = [&](const std::string& name) { return find_principal(*copy, "", name); };
  EXPECT_EQ(found("anyone")->source, "");
  EXPECT_EQ(*found("boris@example.test"), binding(2));
  EXPECT_EQ(*found("BORIS"), binding(2));
  EXPECT_EQ(*found("Team@example.test"), binding(10));
  EXPECT_EQ(*found(test_id(3).text()), binding(3));
  for (const char* name : {"nobody", "nobody@example.test", ":", "ad:", "ad:xyz", ":1"})
    EXPECT_EQ(found(name).error().code(), Errc::not_found) << name;
  EXPECT_EQ(identifier_of(*copy, binding(2)), "boris@example.test");
  EXPECT_EQ(identifier_of(*copy, {}), "anyone");
  EXPECT_EQ(identifier_of(*copy, binding(99)), test_id(99).text());
  auto renamed = test_person(2, "boris");
  renamed.mail = "bob@example.test";
  auto quiet = test_group(10, "team", {});
  quiet.mail.clear();
  directory_.replace({renamed, quiet});
  const auto later = directory_.current();
  EXPECT_EQ(identifier_of(*later, binding(2)), "bob@example.test");
  EXPECT_EQ(identifier_of(*later, binding(10)), test_id(10).text());
  EXPECT_EQ(*find_principal(*later, "", identifier_of(*later, binding(10))), binding(10));
}

}  // namespace
}  // namespace kontor::sharing
