// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/resolution.hpp"

#include <gmock/gmock.h>

namespace kontor::policy {
namespace {

using config::PolicyName;
using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct ResolutionTest : ::testing::Test {
  static Principal made(Kind kind, const std::string& name, const std::string& unit) {
    Principal one;
    one.kind = kind;
    one.id = {"local", Uuid::random()};
    one.sid = "S-1-5-21-" + name;
    one.name = one.account_name = name;
    one.netbios_domain = "EXAMPLE";
    one.dn = "CN=" + name + "," + unit;
    one.mail = name + "@example.test";
    one.addresses = {one.mail};
    return one;
  }
  static constexpr const char* k_sales = "OU=Sales,OU=People,DC=example,DC=test";
  static constexpr const char* k_people = "OU=People,DC=example,DC=test";

  ResolutionTest() {
    board.members = {anna.id};
    staff.members = {board.id};
    all = {anna, boris, board, staff};
  }
  RulePointer rule(const std::string& text, Origin origin = Origin::settings) {
    auto read = config::parse_policy(text);
    EXPECT_TRUE(read) << text;
    return std::make_shared<const Rule>(Rule{read.value_or(config::PolicyRule()), origin});
  }
  void read(const std::vector<std::string>& texts) {
    for (const auto& text : texts) written.push_back(rule(text));
    copy = std::make_shared<const DirectoryCopy>(all, 1);
    index = std::make_unique<RuleIndex>(written, *copy);
  }
  std::vector<Decision> decisions(const Principal& who) {
    return decide(index->applied_to(*copy, *copy->find(who.id)));
  }
  // "value by WHO", then the losers' WHO.
  std::vector<std::string> explain(const Principal& who, PolicyName name) {
    std::vector<std::string> out;
    for (const auto& one : decisions(who)) {
      if (one.name != name) continue;
      out.push_back(one.winner.rule->rule.values.at(name) + " by " + one.winner.rule->rule.who);
      for (const auto& loser : one.losers) out.push_back(loser.rule->rule.who);
    }
    return out;
  }

  Principal anna = made(Kind::person, "anna", k_sales),
            boris = made(Kind::person, "boris", k_people),
            board = made(Kind::group, "board", "CN=Groups,DC=example,DC=test"),
            staff = made(Kind::group, "staff", "CN=Groups,DC=example,DC=test");
  std::vector<Principal> all;
  std::vector<RulePointer> written;
  std::shared_ptr<const DirectoryCopy> copy;
  std::unique_ptr<RuleIndex> index;
};

TEST_F(ResolutionTest, ThePersonCountsBeforeGroupsBeforeUnitsBeforeEverybody) {
  read({"everybody: quota=1G", "DC=example,DC=test: quota=2G",
        "ou=people, dc=EXAMPLE,dc=test: quota=3G",
        "OU=Sales,OU=People,DC=example,DC=test: quota=4G", "staff@example.test: quota=5G",
        "ANNA@example.test: quota=6G"});
  EXPECT_THAT(explain(anna, PolicyName::quota),
              ElementsAre("6G by ANNA@example.test", "staff@example.test",
                          "OU=Sales,OU=People,DC=example,DC=test", "ou=people, dc=EXAMPLE,dc=test",
                          "DC=example,DC=test", "everybody"));
  EXPECT_THAT(explain(boris, PolicyName::quota), ElementsAre("3G by ou=people, dc=EXAMPLE,dc=test",
                                                             "DC=example,DC=test", "everybody"));
  for (const auto& one : index->listed()) EXPECT_EQ(one.problem, "") << one.rule->rule.who;
}

TEST_F(ResolutionTest, EachValueIsDecidedByItself) {
  read({"staff@example.test: quota=5G undelete=60", "anna@example.test: quota=6G",
        "everybody: recipients=20 undelete=3"});
  const auto values = values_of(index->applied_to(*copy, *copy->find(anna.id)));
  EXPECT_EQ(values.quota, std::uint64_t{6} << 30U);
  EXPECT_EQ(values.undelete_days, 60U);
  EXPECT_EQ(values.recipients, 20U);
  EXPECT_FALSE(values.messages);
}

TEST_F(ResolutionTest, AmongEquallyNearPriorityThenPlaceThenOrder) {
  written = {rule("board@example.test: quota=9G messages=9", Origin::kontorctl)};
  read({"staff@example.test: quota=1G undelete=1 messages=1",
        "board@example.test: quota=2G undelete=2", "staff@example.test: priority=1 quota=3G"});
  EXPECT_THAT(explain(anna, PolicyName::quota),
              ElementsAre("3G by staff@example.test", "board@example.test", "staff@example.test",
                          "board@example.test"));
  EXPECT_THAT(explain(anna, PolicyName::undelete),
              ElementsAre("1 by staff@example.test", "board@example.test"));
  EXPECT_THAT(explain(anna, PolicyName::messages),
              ElementsAre("9 by board@example.test", "staff@example.test"));
}

TEST_F(ResolutionTest, PriorityDoesNotReachAcrossLevels) {
  read({"everybody: priority=1000 quota=1G", "OU=People,DC=example,DC=test: quota=2G"});
  EXPECT_THAT(explain(boris, PolicyName::quota),
              ElementsAre("2G by OU=People,DC=example,DC=test", "everybody"));
}

TEST_F(ResolutionTest, AMailDomainIsWeakerThanAUnitAndStrongerThanEverybody) {
  read({"everybody: quota=1G messages=1", "@Example.TEST: quota=2G messages=2 locked=yes",
        "OU=People,DC=example,DC=test: quota=3G", "@other.test: quota=9G"});
  for (const auto& one : index->listed()) EXPECT_EQ(one.problem, "") << one.rule->rule.who;
  EXPECT_EQ(index->listed()[1].level, Level::domain);
  EXPECT_THAT(explain(boris, PolicyName::quota),
              ElementsAre("3G by OU=People,DC=example,DC=test", "@Example.TEST", "everybody"));
  EXPECT_THAT(explain(boris, PolicyName::messages), ElementsAre("2 by @Example.TEST", "everybody"));
  EXPECT_THAT(explain(boris, PolicyName::locked), ElementsAre("yes by @Example.TEST"));
}

TEST_F(ResolutionTest, GroupsAndPeopleAreNamedInManyWays) {
  anna.principal_name = "anna.k@corp.test";
  board.mail.clear();
  board.addresses.clear();
  all = {anna, boris, board, staff};
  read({"EXAMPLE\\board: quota=1G", "CN=board,CN=Groups,DC=example,DC=test: undelete=1",
        "anna.k@corp.test: messages=5", "example\\Anna: recipients=9"});
  for (const auto& one : index->listed()) EXPECT_EQ(one.problem, "") << one.rule->rule.who;
  EXPECT_EQ(decisions(anna).size(), 4U);
  EXPECT_THAT(decisions(boris), IsEmpty());
  EXPECT_EQ(index->listed()[0].level, Level::group);
  EXPECT_EQ(index->listed()[1].level, Level::group);
  EXPECT_EQ(index->listed()[2].level, Level::person);
}

TEST_F(ResolutionTest, WhoNamesNobodyIsAProblem) {
  Principal contact = made(Kind::contact, "partner", k_people);
  contact.sid.clear();
  all.push_back(contact);
  read({"nobody@example.test: quota=1G", "OU=Empty,DC=example,DC=test: quota=1G",
        "OTHER\\board: quota=1G", "partner@example.test: quota=1G"});
  ASSERT_EQ(index->listed().size(), 4U);
  for (const auto& one : index->listed()) EXPECT_NE(one.problem, "") << one.rule->rule.who;
  EXPECT_THAT(decisions(anna), IsEmpty());
}

TEST_F(ResolutionTest, TheDirectorysAttributeOfPersonGroupAndUnits) {
  const std::string sales = std::string(k_sales) + "\nquota=3G recipients=3";
  const std::string people = std::string(k_people) + "\nquota=2G undelete=2 priority=9";
  anna.policies = {"\nmessages=1", sales, people};
  boris.policies = {people};
  board.policies = {"\nquota=4G", std::string("CN=Groups,DC=example,DC=test") + "\nmessages=9"};
  all = {anna, boris, board, staff};
  read({"OU=Sales,OU=People,DC=example,DC=test: recipients=4"});
  EXPECT_THAT(explain(anna, PolicyName::quota),
              ElementsAre("4G by CN=board,CN=Groups,DC=example,DC=test", k_sales, k_people));
  EXPECT_THAT(explain(anna, PolicyName::messages),
              ElementsAre("1 by CN=anna,OU=Sales,OU=People,DC=example,DC=test"));
  EXPECT_THAT(explain(anna, PolicyName::undelete), ElementsAre(std::string("2 by ") + k_people));
  // Of one unit: the settings' rule before the attribute's.
  EXPECT_THAT(explain(anna, PolicyName::recipients),
              ElementsAre(std::string("4 by ") + k_sales, k_sales));
  EXPECT_THAT(explain(boris, PolicyName::quota), ElementsAre(std::string("2G by ") + k_people));
  EXPECT_EQ(index->listed().size(), 5U) << "a unit's value is one rule, whoever it is handed to";
}

TEST_F(ResolutionTest, AValueOfTheAttributeThatCannotBeReadIsAProblemAndHoldsForNobody) {
  anna.policies = {"\nquota=lots", std::string(k_sales) + "\nSales people"};
  boris.policies = {"\nquota=1G\r\nundelete=3"};
  all = {anna, boris, board, staff};
  read({});
  ASSERT_EQ(index->listed().size(), 3U);
  for (const auto& one : index->listed()) EXPECT_NE(one.problem, "") << one.rule->rule.who;
  EXPECT_THAT(decisions(anna), IsEmpty());
  EXPECT_THAT(decisions(boris), IsEmpty());
}

TEST_F(ResolutionTest, ACommaInsideANameIsNoUnit) {
  anna.dn = "CN=Smith\\, anna,OU=a\\,b,DC=example,DC=test";
  all = {anna, boris, board, staff};
  read({"OU=a\\2Cb,DC=example,DC=test: quota=1G"});
  EXPECT_THAT(explain(anna, PolicyName::quota), ElementsAre("1G by OU=a\\2Cb,DC=example,DC=test"));
}

}  // namespace
}  // namespace kontor::policy
