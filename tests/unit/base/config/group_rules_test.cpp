// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/group_rules.hpp"

#include <gtest/gtest.h>

#include "base/config/journal_rules.hpp"
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

TEST(GroupRules, SayWhoModerates) {
  const auto by_owner = parse_group_rule("team@example.test: moderated");
  ASSERT_TRUE(by_owner.has_value());
  EXPECT_TRUE(by_owner->is_moderated && by_owner->moderators.empty());
  const auto named = parse_group_rule(
      "team@example.test: moderators=Boris@example.test,clara@example.test "
      "unmoderated=Boss@example.test,@example.test");
  ASSERT_TRUE(named.has_value()) << named.error().detail();
  EXPECT_TRUE(named->is_moderated);
  EXPECT_EQ(join(named->moderators, " "), "boris@example.test clara@example.test");
  EXPECT_EQ(join(named->unmoderated, " "), "boss@example.test @example.test");
}

TEST(JournalRules, AreReadAndRefused) {
  const auto rule =
      parse_journal_rule("Board@example.test: to=Archive@example.test direction=in form=copy");
  ASSERT_TRUE(rule.has_value()) << rule.error().detail();
  EXPECT_EQ(*rule, (JournalRule{"board@example.test", "Archive@example.test", JournalDirection::in,
                                JournalForm::copy}));
  const auto all = parse_journal_rule("everybody:to=a@b.test");
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(*all,
            (JournalRule{"everybody", "a@b.test", JournalDirection::both, JournalForm::report}));
  EXPECT_TRUE(parse_journal_rule("@example.test: to=a@b.test").has_value());
  for (const auto* row :
       {"", "everybody", "everybody: ", "everybody: to=", "everybody: to=a", "all: to=a@b.test",
        "@: to=a@b.test", "everybody: to=a@b.test direction=up", "everybody: to=a@b.test form=x",
        "everybody: to=a@b.test =", "everybody: to=a@b.test sideways"})
    EXPECT_FALSE(parse_journal_rule(row).has_value()) << row;
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
        Row{"t@e.test: moderators=", "mail address"},
        Row{"t@e.test: moderators=@e.test", "mail address"},
        Row{"t@e.test: unmoderated=x", "unmoderated"}, Row{"t@e.test: internal=yes", "none of"},
        Row{"t@e.test: =", "none of"}}) {
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
