// SPDX-License-Identifier: GPL-3.0-or-later
// Entries of an LDAP server, the roster that links them, and what a syncrepl session makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/ldap/refresh.hpp"

namespace kontor::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Uuid number(std::uint8_t value) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = value;
  return Uuid(bytes);
}

using Values = std::vector<std::string>;

Entry entry(std::string dn, Attributes attributes) {
  Entry made;
  made.dn = std::move(dn);
  made.attributes = std::move(attributes);
  return made;
}

Entry person(const std::string& uid) {
  return entry("uid=" + uid + ",ou=people,dc=house,dc=test",
               {{"objectclass", {"inetOrgPerson", "posixAccount"}},
                {"uid", {uid}},
                {"cn", {uid}},
                {"gidnumber", {"500"}},
                {"mail", {uid + "@house.test"}}});
}

Entry group(const std::string& cn, Attributes more) {
  more["objectclass"].push_back("groupOfNames");
  more["cn"] = {cn};
  return entry("cn=" + cn + ",ou=groups,dc=house,dc=test", std::move(more));
}

LdapRecord record(const Entry& of, std::uint8_t id) {
  return convert_ldap_entry(of, number(id), {"ou=rooms,dc=house,dc=test"});
}

TEST(LdapEntry, APersonInFull) {
  auto given = person("anna");
  given.attributes["displayname"] = {"Анна"};
  given.attributes["mail"] = {"Anna@House.Test", "second@house.test", "no address"};
  given.attributes["mailalternateaddress"] = {"third@house.test"};
  given.attributes["maillocaladdress"] = {"fourth@house.test"};
  given.attributes["proxyaddresses"] = {"smtp:fifth@house.test", "sip:anna@house.test"};
  given.attributes["departmentnumber"] = {"7"};
  given.attributes["entrycsn"] = {"csn-1"};
  const auto made = record(given, 1);
  ASSERT_TRUE(made.is_principal);
  const Principal& who = made.principal;
  EXPECT_EQ(who.kind, Kind::person);
  EXPECT_EQ(who.id.text(), "ldap:00000000-0000-0000-0000-000000000001");
  EXPECT_EQ(who.name, "Анна");
  EXPECT_EQ(who.account_name, "anna");
  EXPECT_EQ(who.domain, "house.test");
  EXPECT_EQ(who.department, "7");
  EXPECT_EQ(who.mail, "Anna@House.Test");
  EXPECT_THAT(who.addresses,
              UnorderedElementsAre("anna@house.test", "second@house.test", "third@house.test",
                                   "fourth@house.test", "fifth@house.test"));
  EXPECT_EQ(who.state, State::enabled);
  EXPECT_EQ(who.credential_stamp, "csn-1");
  EXPECT_FALSE(who.sid.empty());
}

TEST(LdapEntry, KindsByClassAndPlace) {
  struct Row {
    std::string dn;
    Values classes;
    std::optional<Kind> kind;
  };
  const Row rows[] = {
      {"uid=a,dc=house,dc=test", {"top", "INETORGPERSON"}, Kind::person},
      {"uid=a,dc=house,dc=test", {"account", "posixAccount"}, Kind::person},
      {"cn=a,OU=Rooms, dc=house,dc=test", {"inetOrgPerson"}, Kind::room},
      {"ou=rooms,dc=house,dc=test", {"organizationalUnit"}, std::nullopt},
      {"cn=a,dc=house,dc=test", {"groupOfUniqueNames"}, Kind::group},
      {"cn=a,dc=house,dc=test", {"posixGroup"}, Kind::group},
      {"cn=a,dc=house,dc=test", {"device"}, std::nullopt},
      {"cn=a,dc=house,dc=test", {}, std::nullopt},
      {"", {"inetOrgPerson"}, Kind::person},
  };
  for (const auto& row : rows) {
    const auto made = record(entry(row.dn, {{"objectclass", row.classes}}), 1);
    EXPECT_EQ(made.is_principal, row.kind.has_value()) << row.dn;
    if (row.kind) {
      EXPECT_EQ(made.principal.kind, *row.kind) << row.dn;
    }
  }
}

TEST(LdapEntry, WhoIsLockedOrExpired) {
  struct Row {
    std::string attribute, value;
    State state;
    std::optional<std::int64_t> expires;
  };
  const Row rows[] = {
      {"pwdaccountlockedtime", "000001010000Z", State::disabled, std::nullopt},
      {"pwdaccountlockedtime", "20261122040000Z", State::enabled, std::nullopt},
      {"nsaccountlock", "true", State::disabled, std::nullopt},
      {"nsaccountlock", "false", State::enabled, std::nullopt},
      {"shadowexpire", "-1", State::enabled, std::nullopt},
      {"shadowexpire", "", State::enabled, std::nullopt},
      {"shadowexpire", "0", State::enabled, 0},
      {"shadowexpire", "20000", State::enabled, 1'728'000'000},
      {"shadowexpire", "4000000000", State::enabled, std::nullopt},
      {"shadowexpire", "soon", State::disabled, std::nullopt},
      {"shadowexpire", "99999999999999999999", State::disabled, std::nullopt},
  };
  for (const auto& row : rows) {
    auto given = person("anna");
    given.attributes[row.attribute] = {row.value};
    const auto made = record(given, 1);
    EXPECT_EQ(made.principal.state, row.state) << row.attribute << " " << row.value;
    EXPECT_EQ(made.principal.expires, row.expires) << row.attribute << " " << row.value;
  }
}

TEST(LdapEntry, TheStampChangesWithThePassword) {
  auto given = person("anna");
  given.attributes["entrycsn"] = {"csn"};
  EXPECT_EQ(record(given, 1).principal.credential_stamp, "csn");
  given.attributes["userpassword"] = {"{SSHA}one"};
  const auto by_hash = record(given, 1).principal.credential_stamp;
  given.attributes["entrycsn"] = {"another"};
  EXPECT_EQ(record(given, 1).principal.credential_stamp, by_hash);
  EXPECT_EQ(by_hash.find("SSHA"), std::string::npos);
  given.attributes["userpassword"] = {"{SSHA}two"};
  EXPECT_NE(record(given, 1).principal.credential_stamp, by_hash);
  given.attributes["pwdchangedtime"] = {"20260101000000Z"};
  EXPECT_EQ(record(given, 1).principal.credential_stamp, "changed 20260101000000Z");
}

TEST(LdapEntry, HostileValuesBecomeAbsent) {
  auto given = person("anna");
  given.dn = std::string("uid=\xff\0,dc=x", 12);
  given.attributes["cn"] = {std::string(1'000'000, '\x01')};
  given.attributes["mail"] = {"@", "a@", "<a@b>", "a b@c.test", std::string(400, 'a') + "@b.test"};
  given.attributes["objectclass"] = {"inetOrgPerson", std::string(1'000, 'x')};
  const auto made = record(given, 1);
  EXPECT_TRUE(made.is_principal);
  EXPECT_EQ(made.principal.mail, "");
  EXPECT_THAT(made.principal.addresses, IsEmpty());
  EXPECT_EQ(made.principal.name, "anna");  // of uid: nothing of cn can be shown
}

std::vector<Uuid> ids(const std::vector<PrincipalId>& list) {
  std::vector<Uuid> out;
  for (const auto& id : list) out.push_back(id.guid);
  return out;
}

const Principal* find(const Changes& changes, std::uint8_t id) {
  for (const auto& one : changes.upserts)
    if (one.id.guid == number(id)) return &one;
  return nullptr;
}

TEST(LdapRoster, MembersByDnByUidAndByPrimaryGroup) {
  LdapRoster roster;
  auto staff = group("staff", {{"member", {"UID=anna, ou=people,dc=house,dc=test", "cn=gone,o=x"}},
                               {"uniquemember", {"uid=boris,ou=people,dc=house,dc=test#'0101'B"}},
                               {"memberuid", {"CLARA", "nobody"}}});
  staff.attributes["gidnumber"] = {"500"};
  const auto changes = roster.replace({record(staff, 9), record(person("anna"), 1),
                                       record(person("boris"), 2), record(person("clara"), 3)});
  EXPECT_TRUE(changes.is_complete);
  ASSERT_NE(find(changes, 9), nullptr);
  EXPECT_THAT(ids(find(changes, 9)->members), ElementsAre(number(1), number(2), number(3)));
  EXPECT_THAT(ids(find(changes, 1)->member_of), ElementsAre(number(9)));
}

TEST(LdapRoster, WhoComesGoesOrIsRenamedTouchesTheGroupsThatNameHim) {
  LdapRoster roster;
  roster.replace({record(group("staff", {{"member", {"uid=anna,ou=people,dc=house,dc=test"}},
                                         {"memberuid", {"boris"}}}),
                         9)});
  auto changes = roster.update({{record(person("anna"), 1)}, {}});
  ASSERT_NE(find(changes, 9), nullptr);
  EXPECT_THAT(ids(find(changes, 9)->members), ElementsAre(number(1)));
  // A change that is none of a name leaves the group alone.
  auto titled = person("anna");
  titled.attributes["title"] = {"head"};
  changes = roster.update({{record(titled, 1)}, {}});
  EXPECT_EQ(changes.upserts.size(), 1U);
  changes = roster.update({{record(person("anya"), 1)}, {}});
  EXPECT_THAT(find(changes, 9)->members, IsEmpty());
  changes = roster.update({{record(person("boris"), 2)}, {}});
  EXPECT_THAT(ids(find(changes, 9)->members), ElementsAre(number(2)));
  // A second one of that uid: nobody can tell who is meant.
  auto other = person("boris");
  other.dn = "uid=boris,ou=attic,dc=house,dc=test";
  changes = roster.update({{record(other, 3)}, {}});
  EXPECT_THAT(find(changes, 9)->members, IsEmpty());
  changes = roster.update({{}, {number(3)}});
  EXPECT_THAT(ids(changes.removals), ElementsAre(number(3)));
  EXPECT_THAT(ids(find(changes, 9)->members), ElementsAre(number(2)));
}

TEST(LdapRoster, WhoIsNoLongerAPersonIsRemoved) {
  LdapRoster roster;
  roster.replace({record(person("anna"), 1)});
  auto device = person("anna");
  device.attributes["objectclass"] = {"device"};
  auto changes = roster.update({{record(device, 1)}, {}});
  EXPECT_THAT(ids(changes.removals), ElementsAre(number(1)));
  EXPECT_THAT(changes.upserts, IsEmpty());
  EXPECT_TRUE(roster.update({{record(device, 1)}, {}}).empty());
  EXPECT_TRUE(roster.update({{}, {number(1), number(1)}}).empty());
  EXPECT_EQ(roster.size(), 0U);
}

TEST(LdapRoster, KnowsARenamedContainer) {
  const auto unit = [](const std::string& name) {
    return record(
        entry("ou=" + name + ",dc=house,dc=test", {{"objectclass", {"organizationalUnit"}}}), 20);
  };
  LdapRoster roster;
  roster.replace({unit("people"), record(person("anna"), 1)});
  EXPECT_FALSE(roster.renames_container({unit("people")}));
  EXPECT_TRUE(roster.renames_container({unit("persons")}));
  EXPECT_FALSE(roster.renames_container({record(person("anya"), 1)}));
}

SyncEntry told(SyncState::Kind kind, std::uint8_t id, const Entry& of = {}) {
  SyncEntry made;
  made.state.kind = kind;
  made.state.uuid = number(id);
  made.state.cookie = "c" + std::to_string(id);
  made.entry = of;
  return made;
}

class RefreshTest : public ::testing::Test {
 protected:
  using Kind = SyncState::Kind;
  Refresh begin(bool is_complete) { return Refresh(roster_, {}, is_complete, 5); }
  void know(int people) {
    auto refresh = begin(true);
    for (int i = 1; i <= people; ++i)
      refresh.take(told(Kind::add, static_cast<std::uint8_t>(i), person("p" + std::to_string(i))));
    refresh.take(SyncInfo(SyncPhase{false, "full", true}));
    EXPECT_EQ(refresh.take_changes().upserts.size(), static_cast<std::size_t>(people));
  }
  LdapRoster roster_;
};

TEST_F(RefreshTest, TheFirstRoundIsACompleteSet) {
  auto refresh = begin(true);
  refresh.take(told(Kind::add, 1, person("anna")));
  EXPECT_FALSE(refresh.is_persistent());
  refresh.take(SyncInfo(SyncPhase{true, "cookie", true}));
  ASSERT_TRUE(refresh.is_persistent());
  const auto changes = refresh.take_changes();
  EXPECT_TRUE(changes.is_complete);
  EXPECT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(refresh.cookie(), "cookie");
  EXPECT_TRUE(refresh.take_changes().empty());
  refresh.take(told(Kind::modify, 1, person("anya")));
  EXPECT_EQ(refresh.cookie(), "cookie") << "not before it was taken";
  EXPECT_EQ(refresh.take_changes().upserts.at(0).account_name, "anya");
  EXPECT_EQ(refresh.cookie(), "c1");
  refresh.take(told(Kind::remove, 1));
  EXPECT_THAT(ids(refresh.take_changes().removals), ElementsAre(number(1)));
}

TEST_F(RefreshTest, ADeletePhaseTellsWhoIsGone) {
  know(3);
  auto refresh = begin(false);
  refresh.take(SyncInfo(SyncIdSet{"", true, {number(2)}}));
  refresh.take(told(Kind::remove, 3));
  refresh.take(told(Kind::modify, 1, person("other")));
  refresh.take(SyncInfo(SyncPhase{false, "now", true}));
  const auto changes = refresh.take_changes();
  EXPECT_FALSE(changes.is_complete);
  EXPECT_THAT(ids(changes.removals), UnorderedElementsAre(number(2), number(3)));
  EXPECT_EQ(changes.upserts.size(), 1U);
}

TEST_F(RefreshTest, APresentPhaseTellsWhoIsStillThere) {
  know(4);
  auto refresh = begin(false);
  refresh.take(told(Kind::present, 1));
  refresh.take(told(Kind::modify, 2, person("other")));
  refresh.take(SyncInfo(SyncIdSet{"", false, {number(3)}}));
  refresh.take(SyncInfo(SyncPhase{true, "", false}));
  EXPECT_FALSE(refresh.is_persistent());
  refresh.take(SyncInfo(SyncPhase{false, "now", true}));
  const auto changes = refresh.take_changes();
  EXPECT_FALSE(changes.is_complete);
  EXPECT_THAT(ids(changes.removals), ElementsAre(number(4)));
  EXPECT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(refresh.cookie(), "now");
}

TEST_F(RefreshTest, ManyWhoAreAbsentMakeACompleteSetThatCanBeHeldBack) {
  know(40);
  auto refresh = begin(false);
  for (std::uint8_t i = 1; i <= 20; ++i) refresh.take(told(Kind::present, i));
  refresh.take(SyncInfo(SyncPhase{true, "now", true}));
  const auto changes = refresh.take_changes();
  EXPECT_TRUE(changes.is_complete);
  EXPECT_EQ(changes.upserts.size(), 20U);
}

TEST_F(RefreshTest, GoneAndBackInOneRoundIsThere) {
  know(1);
  auto refresh = begin(false);
  refresh.take(told(Kind::remove, 1));
  refresh.take(told(Kind::add, 1, person("again")));
  refresh.take(SyncInfo(SyncPhase{false, "now", true}));
  const auto changes = refresh.take_changes();
  EXPECT_THAT(changes.removals, IsEmpty());
  EXPECT_EQ(changes.upserts.size(), 1U);
  refresh.take(told(Kind::add, 2, person("new")));
  refresh.take(told(Kind::remove, 2));
  EXPECT_TRUE(refresh.take_changes().empty());
}

TEST(LdapRoster, PoliciesOfUnitsReachThoseBelow) {
  const LdapNames names{"", "description"};
  const auto read = [&](Entry of, std::uint8_t id, Values policies) {
    of.attributes["description"] = std::move(policies);
    return convert_ldap_entry(of, number(id), names);
  };
  const auto unit = [&](Values policies) {
    return read(entry("OU=People,dc=house,dc=test", {{"objectclass", {"organizationalUnit"}}}), 9,
                std::move(policies));
  };
  LdapRoster roster;
  auto changes = roster.replace({read(person("anna"), 1, {"quota=1G"}), unit({"quota=2G"})});
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].policies,
            (Values{"\nquota=1G", "OU=People,dc=house,dc=test\nquota=2G"}));
  changes = roster.update({{unit({})}, {}});
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].policies, Values{"\nquota=1G"});
  EXPECT_TRUE(roster.update({{unit({})}, {}}).empty());
  ASSERT_EQ(roster.update({{unit({"quota=3G"})}, {}}).upserts.size(), 1U);
  changes = roster.update({{}, {number(9)}});
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].policies, Values{"\nquota=1G"});
  const auto wanted = wanted_ldap_attributes(names);
  EXPECT_TRUE(std::ranges::find(wanted, "description") != wanted.end());
}

}  // namespace
}  // namespace kontor::directory
