// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/unit_policies.hpp"

#include <gmock/gmock.h>

namespace kontor::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(UnitPolicies, ReachWhoLiesBelowTheNearestFirst) {
  UnitPolicies units;
  EXPECT_TRUE(units.put("DC=a,DC=b", {"quota=1G"}));
  EXPECT_TRUE(units.put("OU=People,DC=a,DC=b", {"quota=3G", "messages=2"}));
  const auto own = std::vector<std::string>{"undelete=1"};
  EXPECT_THAT(units.reaching("CN=x,OU=Sub,ou=PEOPLE,DC=a,DC=b", own).front(), "\nundelete=1");
  EXPECT_EQ(units.reaching("CN=x,OU=Sub,ou=PEOPLE,DC=a,DC=b", own).size(), 4U);
  EXPECT_EQ(units.reaching("CN=x,OU=Sub,ou=PEOPLE,DC=a,DC=b", own).back(), "DC=a,DC=b\nquota=1G");
  EXPECT_THAT(units.reaching("OU=People,DC=a,DC=b", {}), ElementsAre("DC=a,DC=b\nquota=1G"))
      << "not its own";
  EXPECT_THAT(units.reaching("CN=x,DC=c", {}), IsEmpty());
  EXPECT_TRUE(units.put("DC=a,DC=b", {}));
  EXPECT_FALSE(units.put("DC=a,DC=b", {}));
  EXPECT_THAT(units.reaching("CN=x,DC=a,DC=b", {}), IsEmpty());
}

TEST(UnitPolicies, TheSameValuesAreNoChange) {
  UnitPolicies units;
  EXPECT_TRUE(units.put("OU=a,DC=b", {"x=1", "y=2"}));
  EXPECT_FALSE(units.put("OU=a,DC=b", {"y=2", "x=1"}));
  EXPECT_TRUE(units.put("OU=a,DC=b", {"y=2"}));
}

TEST(UnitPolicies, HostileValuesAreBounded) {
  UnitPolicies units;
  units.put("OU=a\nb,DC=c", std::vector<std::string>(1'000, std::string(100'000, 'x')));
  const auto reached = units.reaching("CN=x,OU=a\nb,DC=c", {});
  ASSERT_EQ(reached.size(), 32U);
  EXPECT_LT(reached[0].size(), 5'000U);
  EXPECT_EQ(reached[0].substr(0, reached[0].find('\n')), "OU=a b,DC=c");
}

}  // namespace
}  // namespace kontor::directory
