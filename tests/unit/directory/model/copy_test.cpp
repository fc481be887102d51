// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <chrono>

#include "directory/model/sid.hpp"
#include "directory/model/source.hpp"
#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(const std::vector<std::shared_ptr<const Principal>>& list) {
  std::vector<std::string> out;
  for (const auto& principal : list) out.push_back(principal->name);
  return out;
}

std::shared_ptr<const DirectoryCopy> demo() {
  auto dmitri = test_person(4, "dmitri");
  dmitri.addresses = {"Дмитрий@Example.Test", "D.Petrov@EXAMPLE.test"};
  return std::make_shared<DirectoryCopy>(
      std::vector<Principal>{test_person(1, "anna"), test_person(2, "boris"),
                             test_person(3, "clara"), dmitri,
                             test_group(10, "sales", {test_id(3), test_id(4)}),
                             test_group(11, "staff", {test_id(1), test_id(2), test_id(10)})},
      7);
}

TEST(DirectoryCopy, FindsAddressesInAnyCaseAndScript) {
  const auto copy = demo();
  for (const char* address : {"dmitri@example.test", "DMITRI@EXAMPLE.TEST", "d.petrov@example.test",
                              "дмитрий@example.test", "ДМИТРИЙ@example.TEST"}) {
    const auto found = copy->find_address(address);
    ASSERT_TRUE(found) << address;
    EXPECT_EQ(found->name, "dmitri");
  }
  EXPECT_FALSE(copy->find_address("nobody@example.test"));
  EXPECT_FALSE(copy->find_address(""));
  EXPECT_EQ(copy->find_address("sales@example.test")->kind, Kind::group);
  EXPECT_THAT(copy->find(test_id(4))->addresses,
              ElementsAre("d.petrov@example.test", "dmitri@example.test", "дмитрий@example.test"));
}

TEST(DirectoryCopy, KnowsTheDomainsOfItsAddressesButNotThoseOfContacts) {
  auto contact = test_person(9, "partner");
  contact.kind = Kind::contact;
  contact.mail = "x@partner.test";
  contact.principal_name.clear();
  const DirectoryCopy copy({test_person(1, "anna"), contact}, 1);
  EXPECT_TRUE(copy.is_local_domain("EXAMPLE.test"));
  EXPECT_FALSE(copy.is_local_domain("partner.test"));
  EXPECT_TRUE(copy.find_address("x@partner.test"));
}

TEST(DirectoryCopy, FindsLoginsOfEveryForm) {
  auto other = test_person(5, "anna");  // the same short name in another domain
  other.netbios_domain = "NORTH";
  other.domain = "north.test";
  other.principal_name = "anna.north@example.test";
  other.mail = "anna@north.test";
  auto boris = test_person(2, "boris");
  boris.addresses = {"Boss@example.test"};
  const DirectoryCopy copy({test_person(1, "anna"), boris, other, test_group(10, "sales", {})}, 1);
  const struct {
    const char* login;
    const char* domain;
    const char* mail;  // whom it names; empty: nobody
  } rows[] = {
      {"anna@example.test", "", "anna@example.test"},
      {"Anna@EXAMPLE.test", "", "anna@example.test"},
      {"anna@EXAMPLE", "", "anna@example.test"},
      {"EXAMPLE\\anna", "", "anna@example.test"},
      {"example.test\\ANNA", "", "anna@example.test"},
      {"north\\anna", "", "anna@north.test"},
      {"anna.north@example.test", "", "anna@north.test"},
      {"anna@north.test", "", "anna@north.test"},
      {"anna", "example.test", "anna@example.test"},
      {"anna", "NORTH", "anna@north.test"},
      {"anna", "", ""},  // two of them
      {"boris", "", "boris@example.test"},
      {"boris", "north.test", ""},
      {"boss@example.test", "", "boris@example.test"},
      {"sales", "example.test", ""},  // a group cannot sign in
      {"sales@example.test", "", ""},
      {"", "", ""},
      {"\\", "", ""},
      {"@", "", ""},
      {"SOUTH\\anna", "example.test", ""},
  };
  for (const auto& row : rows) {
    const auto found = copy.find_login(row.login, row.domain);
    EXPECT_EQ(found ? found->mail : "", row.mail) << row.login << " in " << row.domain;
  }
}

TEST(DirectoryCopy, APrincipalNameCountsBeforeAnotherPersonsMailAddress) {
  auto anna = test_person(1, "anna");
  auto thief = test_person(2, "thief");
  thief.addresses = {"anna.k@example.test"};
  anna.principal_name = "anna.k@example.test";
  const DirectoryCopy copy({thief, anna}, 1);
  EXPECT_EQ(copy.find_login("anna.k@example.test", "")->name, "anna");
}

TEST(DirectoryCopy, ExpandsNestedGroupsEachPersonOnce) {
  const auto copy = demo();
  EXPECT_THAT(names(copy->expand(test_id(11))), ElementsAre("anna", "boris", "clara", "dmitri"));
  EXPECT_THAT(names(copy->expand(test_id(10))), ElementsAre("clara", "dmitri"));
  EXPECT_THAT(copy->expand(test_id(99)), IsEmpty());
}

TEST(DirectoryCopy, GroupLoopsAreHarmless) {
  auto disabled = test_person(3, "clara");
  disabled.state = State::disabled;
  const DirectoryCopy copy(
      {test_person(1, "anna"), disabled, test_group(10, "a", {test_id(11), test_id(10)}),
       test_group(11, "b", {test_id(12), test_id(3)}),
       test_group(12, "c", {test_id(10), test_id(1), test_id(1)})},
      1);
  for (const std::uint32_t group : {10U, 11U, 12U})
    EXPECT_THAT(names(copy.expand(test_id(group))), ElementsAre("anna"));
  EXPECT_THAT(copy.effective_sids(test_id(1)),
              ElementsAre("S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-10", "S-1-5-21-1-2-3-11",
                          "S-1-5-21-1-2-3-12"));
}

TEST(DirectoryCopy, APrimaryGroupCountsLikeAMembership) {
  auto anna = test_person(1, "anna");
  anna.member_of = {test_id(20)};
  const DirectoryCopy copy(
      {anna, test_group(20, "domain users", {}), test_group(21, "everybody", {test_id(20)})}, 1);
  EXPECT_THAT(names(copy.expand(test_id(21))), ElementsAre("anna"));
  EXPECT_EQ(copy.effective_sids(test_id(1)).size(), 3U);
}

// A group of another forest names her by her SID, whether she is known before or after it.
TEST(DirectoryCopy, AMemberMayBeKnownByHisSidAlone) {
  const auto anna = test_person(1, "anna");
  const auto group = test_group(20, "far", {id_of_sid(anna.sid), id_of_sid("S-1-5-21-9-9-9-9")});
  const DirectoryCopy alone({group}, 1);
  EXPECT_THAT(alone.expand(test_id(20)), IsEmpty());
  Changes changes;
  changes.upserts = {anna};
  const auto both = alone.with(std::move(changes), 2);
  EXPECT_THAT(names(both->expand(test_id(20))), ElementsAre("anna"));
  EXPECT_THAT(both->effective_sids(test_id(1)), ElementsAre(anna.sid, group.sid));
  const auto nested = DirectoryCopy({anna, group, test_group(21, "all", {test_id(20)})}, 1);
  EXPECT_EQ(nested.effective_sids(test_id(1)).size(), 3U);
  EXPECT_THAT(names(nested.expand(test_id(21))), ElementsAre("anna"));
}

TEST(DirectoryCopy, TheFirstOfTwoHasTheAddressAndTheAdministratorIsTold) {
  auto second = test_person(2, "boris");
  second.addresses = {"ANNA@example.test", "no address"};
  const DirectoryCopy copy({second, test_person(1, "anna")}, 1);
  EXPECT_EQ(copy.find_address("anna@example.test")->name, "anna");
  ASSERT_EQ(copy.problems().size(), 2U);
  EXPECT_THAT(copy.problems()[0], HasSubstr("anna@example.test belongs to anna"));
  EXPECT_THAT(copy.problems()[0], HasSubstr("not to boris"));
  EXPECT_THAT(copy.problems()[1], HasSubstr("not a mail address: no address"));
}

TEST(DirectoryCopy, AChangeMakesANewCopyAndLeavesTheOldOne) {
  const auto before = demo();
  Changes changes;
  auto anna = test_person(1, "anna");
  anna.mail = "anna.new@example.test";
  changes.upserts = {anna, test_person(6, "eva"), test_group(10, "sales", {test_id(4)})};
  changes.removals = {test_id(2), test_id(77)};
  const auto after = before->with(changes, 8);

  EXPECT_EQ(before->generation(), 7U);
  EXPECT_EQ(before->find_address("anna@example.test")->name, "anna");
  EXPECT_EQ(before->size(), 6U);
  EXPECT_THAT(names(before->expand(test_id(10))), ElementsAre("clara", "dmitri"));

  EXPECT_EQ(after->generation(), 8U);
  EXPECT_FALSE(after->find_address("anna@example.test"));
  EXPECT_TRUE(after->find_address("anna.new@example.test"));
  EXPECT_FALSE(after->find_login("boris", "example.test"));
  EXPECT_FALSE(after->find_sid("S-1-5-21-1-2-3-2"));
  EXPECT_THAT(names(after->expand(test_id(11))), ElementsAre("anna", "dmitri"));
  EXPECT_EQ(after->effective_sids(test_id(3)).size(), 1U);
  EXPECT_EQ(after->find(test_id(4)), before->find(test_id(4)));  // the very same object

  const auto difference = after->difference_from(*before);
  EXPECT_THAT(difference.added, ElementsAre(test_id(6)));
  EXPECT_THAT(difference.changed, ElementsAre(test_id(1), test_id(10)));
  EXPECT_THAT(difference.removed, ElementsAre(test_id(2)));
}

TEST(DirectoryCopy, ACompleteSetRemovesWhoIsMissing) {
  Changes changes;
  changes.is_complete = true;
  changes.upserts = {test_person(1, "anna")};
  const auto after = demo()->with(changes, 9);
  EXPECT_EQ(after->all().size(), 1U);
  EXPECT_FALSE(after->is_local_domain("nowhere.test"));
  EXPECT_TRUE(after->is_local_domain("example.test"));
  EXPECT_TRUE(after->with({.is_complete = true, .upserts = {}, .removals = {}}, 10)->all().empty());
}

TEST(DirectoryCopy, AnAddressPassesOnWhenItsFirstOwnerLosesIt) {
  auto second = test_person(2, "boris");
  second.addresses = {"info@example.test"};
  auto first = test_person(1, "anna");
  first.addresses = {"info@example.test"};
  const DirectoryCopy both({first, second}, 1);
  EXPECT_EQ(both.find_address("info@example.test")->name, "anna");
  Changes changes;
  changes.removals = {test_id(1)};
  const auto after = both.with(changes, 2);
  EXPECT_EQ(after->find_address("info@example.test")->name, "boris");
  EXPECT_THAT(after->problems(), IsEmpty());
}

TEST(DirectoryCopy, AnAccountPastItsEndIsExpired) {
  auto anna = test_person(1, "anna");
  anna.expires = 1'000;
  EXPECT_EQ(DirectoryCopy::state_at(anna, 999), State::enabled);
  EXPECT_EQ(DirectoryCopy::state_at(anna, 1'000), State::expired);
  anna.state = State::disabled;
  EXPECT_EQ(DirectoryCopy::state_at(anna, 1'000), State::disabled);
}

std::vector<Principal> ten_thousand() {
  std::vector<Principal> all;
  std::vector<PrincipalId> everybody;
  for (std::uint32_t i = 1; i <= 10'000; ++i) {
    auto person = test_person(i, "person" + std::to_string(i));
    person.addresses = {"p" + std::to_string(i) + "@example.test"};
    person.member_of = {test_id(20'000)};  // all in one primary group
    if (i <= 2'000) everybody.push_back(person.id);
    all.push_back(std::move(person));
  }
  all.push_back(test_group(20'000, "domain users", {}));
  all.push_back(test_group(20'001, "many", everybody));
  return all;
}

TEST(DirectoryCopy, TenThousandPeopleBuildAndChangeQuickly) {
  using std::chrono::steady_clock;
  auto all = ten_thousand();
  const auto begin = steady_clock::now();
  auto copy = std::make_shared<const DirectoryCopy>(std::move(all), 1);
  const auto built = steady_clock::now();
  for (std::uint64_t round = 2; round < 1'002; ++round) {
    Changes changes;
    changes.upserts = {*copy->find(test_id(static_cast<std::uint32_t>(round)))};
    changes.upserts[0].title = "round " + std::to_string(round);
    changes.upserts[0].mail = "new" + std::to_string(round) + "@example.test";
    copy = copy->with(std::move(changes), round);
  }
  const auto changed = steady_clock::now();
  const auto ms = [](auto d) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  };
  RecordProperty("build_ms", static_cast<int>(ms(built - begin)));
  RecordProperty("thousand_changes_ms", static_cast<int>(ms(changed - built)));
  // A thousand changes, each far from building ten thousand people again.
  EXPECT_LT((changed - built) / 1'000, (built - begin) / 20);
  EXPECT_EQ(copy->expand(test_id(20'001)).size(), 2'000U);
  EXPECT_EQ(copy->expand(test_id(20'000)).size(), 10'000U);
  EXPECT_EQ(copy->size(), 10'002U);
}

}  // namespace
}  // namespace kontor::directory
