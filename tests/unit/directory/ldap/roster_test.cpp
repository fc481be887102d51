// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/roster.hpp"

#include <gtest/gtest.h>

namespace kontor::directory {
namespace {

Uuid number(std::uint8_t value) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = value;
  return Uuid(bytes);
}

Converted one(std::uint8_t id,
              Kind kind,
              const std::string& sid = {},
              const std::string& primary = {}) {
  Converted made;
  made.principal.id = {"ad", number(id)};
  made.principal.kind = kind;
  made.principal.sid = sid;
  made.primary_group = primary;
  return made;
}

TEST(Roster, ACompleteSetHasPrimaryGroups) {
  Roster roster;
  const auto changes = roster.replace(
      {one(1, Kind::person, "S-1-9-1", "S-1-9-513"), one(2, Kind::group, "S-1-9-513")});
  EXPECT_TRUE(changes.is_complete);
  ASSERT_EQ(changes.upserts.size(), 2U);
  ASSERT_EQ(changes.upserts[0].member_of.size(), 1U);
  EXPECT_EQ(changes.upserts[0].member_of[0].guid, number(2));
  EXPECT_EQ(roster.size(), 2U);
  EXPECT_TRUE(roster.replace({}).upserts.empty());
  EXPECT_EQ(roster.size(), 0U);
}

TEST(Roster, AGroupThatAppearsTouchesThoseWhosePrimaryItIs) {
  Roster roster;
  roster.replace({one(1, Kind::person, "S-1-9-1", "S-1-9-600"), one(3, Kind::person, "S-1-9-3")});
  const auto changes = roster.update({one(2, Kind::group, "S-1-9-600")});
  EXPECT_FALSE(changes.is_complete);
  ASSERT_EQ(changes.upserts.size(), 2U);
  EXPECT_EQ(changes.upserts[0].id.guid, number(1));
  EXPECT_EQ(changes.upserts[0].member_of.size(), 1U);
  EXPECT_EQ(changes.upserts[1].id.guid, number(2));
  // The same group again is nothing new for its people.
  EXPECT_EQ(roster.update({one(2, Kind::group, "S-1-9-600")}).upserts.size(), 1U);
  EXPECT_TRUE(roster.update({}).empty());
}

TEST(Roster, RemovingTellsOnlyThoseWhoWereThere) {
  Roster roster;
  roster.replace({one(1, Kind::person), one(2, Kind::person)});
  const auto changes = roster.remove({number(2), number(9), number(2)});
  ASSERT_EQ(changes.removals.size(), 1U);
  EXPECT_EQ(changes.removals[0].guid, number(2));
  EXPECT_TRUE(roster.contains(number(1)));
  EXPECT_FALSE(roster.contains(number(2)));
  EXPECT_TRUE(roster.remove({}).empty());
}

TEST(Roster, GroupsLoseWhoGoes) {
  Roster roster;
  auto group = one(3, Kind::group, "S-1-9-3");
  group.principal.members = {{"ad", number(1)}, {"ad", number(2)}};
  roster.replace({one(1, Kind::person), one(2, Kind::person), group});
  const auto changes = roster.remove({number(1)});
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].id.guid, number(3));
  ASSERT_EQ(changes.upserts[0].members.size(), 1U);
  EXPECT_EQ(changes.upserts[0].members[0].guid, number(2));
  // Back again, he is not a member by himself.
  EXPECT_EQ(roster.update({one(1, Kind::person)}).upserts.size(), 1U);
  EXPECT_EQ(roster.change_members(number(3), {}).upserts[0].members.size(), 1U);
}

TEST(Roster, MembersChangeByWhatWasAddedAndRemoved) {
  Roster roster;
  auto group = one(3, Kind::group);
  group.principal.members = {{"ad", number(1)}, {"ad", number(2)}};
  roster.replace({group});
  const PrincipalId first{"ad", number(1)}, second{"ad", number(2)}, new_one{"ad", number(9)};
  // Told twice, or removed though it is not there: what counts is how it is now.
  const auto changes = roster.change_members(number(3), {{new_one, second}, {first, {"ad", {}}}});
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].members, (std::vector<PrincipalId>{second, new_one}));
  EXPECT_TRUE(roster.change_members(number(8), {{first}, {}}).empty());
}

TEST(Roster, KnowsWhoIsMissing) {
  Roster roster;
  roster.replace({one(1, Kind::person), one(2, Kind::person), one(3, Kind::group)});
  EXPECT_EQ(roster.missing_from({number(2), number(7)}), (std::vector<Uuid>{number(1), number(3)}));
  EXPECT_TRUE(roster.missing_from({number(1), number(2), number(3)}).empty());
}

TEST(Roster, MassLossIsMoreThanAFewAndMoreThanAShare) {
  struct Row {
    std::size_t count, total;
    bool mass;
  };
  for (const Row& row :
       {Row{0, 0, false}, Row{9, 10, false}, Row{10, 10, true}, Row{10, 199, true},
        Row{10, 200, false}, Row{11, 200, true}, Row{500, 10'000, false}, Row{501, 10'000, true}})
    EXPECT_EQ(is_mass_loss(row.count, row.total, 5), row.mass) << row.count << " of " << row.total;
}

TEST(Roster, UnitsTouchThoseBelowThem) {
  Roster roster;
  auto below = one(1, Kind::person);
  below.principal.dn = "CN=x,OU=a,DC=b";
  below.principal.policies = {"quota=1G"};
  auto beside = one(2, Kind::person);
  beside.principal.dn = "CN=y,OU=c,DC=b";
  UnitPolicies units;
  units.put("OU=a,DC=b", {"quota=2G"});
  EXPECT_TRUE(roster.set_units(units).empty());
  const auto complete = roster.replace({below, beside});
  const std::vector<std::string> both{"\nquota=1G", "OU=a,DC=b\nquota=2G"};
  EXPECT_EQ(complete.upserts[0].policies, both);
  EXPECT_TRUE(complete.upserts[1].policies.empty());
  EXPECT_TRUE(roster.set_units(units).empty()) << "nothing changed";
  units.put("OU=a,DC=b", {"quota=3G"});
  const auto changes = roster.set_units(units);
  ASSERT_EQ(changes.upserts.size(), 1U);
  EXPECT_EQ(changes.upserts[0].policies.back(), "OU=a,DC=b\nquota=3G");
}

}  // namespace
}  // namespace kontor::directory
