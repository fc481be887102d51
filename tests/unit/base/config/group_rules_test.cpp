// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/group_rules.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

TEST(GroupRules, AreRead) {
  const auto rule = parse_group_rule(
      "Team@example.test:  senders=Boss@example.test,@Partner.test internal "
      "owner=Anna@example.test");
  ASSERT_TRUE(rule.has_value()) << rule.error().detail();
  EXPECT_EQ(rule->group, "team@example.test");
  EXPECT_EQ(join(rule->senders, " "), "boss@example.test @partner.test");
  EXPECT_TRUE(rule->is_internal);
  EXPECT_EQ(rule->owner, "anna@example.test");
  const auto internal = parse_group_rule("team@example.test: internal");
  ASSERT_TRUE(internal.has_value());
  EXPECT_TRUE(internal->is_internal && internal->senders.empty() && internal->owner.empty());
}

TEST(GroupRules, WrongOnesAreRefusedWithASentence) {
  struct Row {
    const char* row;
    const char* word;
  };
  for (const Row& row :
       {Row{"team", "colon"}, Row{"team: internal", "mail address"},
        Row{"t@e.test:", "nothing stands"}, Row{"t@e.test: private", "none of"},
        Row{"t@e.test: senders=", "neither"}, Row{"t@e.test: senders=@", "neither"},
        Row{"t@e.test: senders=a@b.test,", "neither"}, Row{"t@e.test: owner=anna", "mail address"},
        Row{"t@e.test: internal=yes", "none of"}, Row{"t@e.test: =", "none of"}}) {
    const auto rule = parse_group_rule(row.row);
    ASSERT_FALSE(rule.has_value()) << row.row;
    EXPECT_TRUE(rule.error().detail().contains(row.word))
        << row.row << ": " << rule.error().detail();
  }
}

TEST(DynamicRules, AreReadAndRefused) {
  const auto rule = parse_dynamic_rule("Sales-All@example.test = (department=Sales)");
  ASSERT_TRUE(rule.has_value()) << rule.error().detail();
  EXPECT_EQ(rule->address, "sales-all@example.test");
  EXPECT_EQ(rule->filter.attribute, "department");
  for (const auto* row : {"", "a@b.test", "a@b.test=", "a@b.test=department", "sales=(a=b)",
                          "a@b.test=(memberOf=cn=x)", "a@b.test=(!(MemberOf=*))"})
    EXPECT_FALSE(parse_dynamic_rule(row).has_value()) << row;
}

TEST(AttributeRules, AreReadAndRefused) {
  const auto rule = parse_attribute_rule("telephoneNumber = ipPhone");
  ASSERT_TRUE(rule.has_value());
  EXPECT_EQ(*rule, (std::pair<std::string, std::string>("telephonenumber", "ipphone")));
  for (const auto* row : {"", "mail", "mail=", "=mail", "mail=a b", "objectGUID=x", "member=x",
                          "userAccountControl=info"})
    EXPECT_FALSE(parse_attribute_rule(row).has_value()) << row;
}

}  // namespace
}  // namespace kontor::config
