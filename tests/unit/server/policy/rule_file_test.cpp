// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/rule_file.hpp"

#include <gmock/gmock.h>

namespace kontor::policy {
namespace {

using config::PolicyRule;
using ::testing::HasSubstr;

PolicyRule rule(std::string_view text) { return config::parse_policy(text).value(); }

TEST(RuleFile, IsReadAsItWasWritten) {
  const std::vector<PolicyRule> rules{rule("OU=Sales,DC=example,DC=test: priority=3 quota=5G"),
                                      rule("everybody: protocols=imap retention=My Trash=30")};
  const auto text = format_rules(rules);
  EXPECT_EQ(text,
            "kontor-policies 1\nOU=Sales,DC=example,DC=test: priority=3 quota=5G\n"
            "everybody: retention=My Trash=30 protocols=imap\nend\n");
  EXPECT_EQ(parse_rules(text).value(), rules);
  EXPECT_TRUE(parse_rules("kontor-policies 1\nend\n").value().empty());
}

TEST(RuleFile, IsUsedWholeOrNotAtAll) {
  const auto wrong = [](std::string_view text) { return parse_rules(text).error().detail(); };
  EXPECT_THAT(wrong(""), HasSubstr("the first line is not \"kontor-policies 1\""));
  EXPECT_THAT(wrong("kontor-policies 2\nend\n"), HasSubstr("the first line"));
  EXPECT_THAT(wrong("kontor-policies 1\n"), HasSubstr("the last line is not \"end\""));
  EXPECT_THAT(wrong("kontor-policies 1\nend"), HasSubstr("the last line"));
  EXPECT_THAT(wrong("kontor-policies 1\neverybody: quota=1G\n"), HasSubstr("the last line"));
  EXPECT_THAT(wrong("kontor-policies 1\neverybody: quota=1G\nx\nend\n"), HasSubstr("line 3: "));
  EXPECT_THAT(wrong("kontor-policies 1\n\nend\n"), HasSubstr("line 2: "));
}

TEST(PutRule, AddsToTheRuleForTheSameWhom) {
  std::vector<PolicyRule> rules;
  ASSERT_TRUE(put_rule(rules, rule("OU=Sales,DC=example,DC=test: priority=3 quota=5G")));
  ASSERT_TRUE(put_rule(rules, rule("ou=sales, dc=example, dc=test: quota=6G undelete=1")));
  ASSERT_TRUE(put_rule(rules, rule("everybody: quota=1G")));
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(config::format_policy(rules[0]),
            "OU=Sales,DC=example,DC=test: priority=3 quota=6G undelete=1");
  auto priority = config::parse_policy_values("priority=9").value();
  priority.who = "everybody";
  ASSERT_TRUE(put_rule(rules, priority));
  EXPECT_EQ(config::format_policy(rules[1]), "everybody: priority=9 quota=1G");
  priority.who = "a@b.test";
  EXPECT_EQ(put_rule(rules, priority).error().code(), Errc::bad_input);
}

TEST(DropRule, TakesAValueOrTheWholeRule) {
  std::vector<PolicyRule> rules{rule("everybody: priority=3 quota=5G undelete=1"),
                                rule("A@b.test: quota=1G")};
  ASSERT_TRUE(drop_rule(rules, "everybody", "quota"));
  ASSERT_TRUE(drop_rule(rules, "everybody", "priority"));
  EXPECT_EQ(config::format_policy(rules[0]), "everybody: undelete=1");
  EXPECT_EQ(drop_rule(rules, "everybody", "quota").error().code(), Errc::not_found);
  EXPECT_EQ(drop_rule(rules, "everybody", "size").error().code(), Errc::bad_input);
  EXPECT_EQ(drop_rule(rules, "c@b.test", "").error().code(), Errc::not_found);
  ASSERT_TRUE(drop_rule(rules, "everybody", "undelete"));
  ASSERT_EQ(rules.size(), 1U) << "a rule without values is none";
  ASSERT_TRUE(drop_rule(rules, "a@B.test", ""));
  EXPECT_TRUE(rules.empty());
}

}  // namespace
}  // namespace kontor::policy
