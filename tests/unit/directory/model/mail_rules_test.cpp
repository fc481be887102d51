// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/mail_rules.hpp"

#include <gtest/gtest.h>

#include "tests/unit/directory/model/people.hpp"

namespace kontor::directory {
namespace {

using namespace std::string_literals;

std::optional<PrincipalId> by_dn(std::string_view, const std::string& value) {
  if (value == "CN=boss") return test_id(10);
  if (value == "CN=team") return test_id(11);
  return std::nullopt;
}

MailRules read(const Attributes& entry, Kind kind = Kind::person) {
  auto person = test_person(1, "anna");
  person.kind = kind;
  read_mail_rules(entry, by_dn, person);
  EXPECT_TRUE(normalise(person).empty());
  return person.mail_rules;
}

TEST(MailRuleAttributes, AreRead) {
  const auto rules = read({{"msexchhidefromaddresslists", {"TRUE"}},
                           {"msexchrequireauthtosendto", {"true"}},
                           {"msexchrecipienttypedetails", {"-2147483648"}},
                           {"targetaddress", {"SMTP:Anna@elsewhere.test"}},
                           {"altrecipient", {"CN=boss"}},
                           {"deliverandredirect", {"TRUE"}},
                           {"publicdelegates", {"CN=boss", "CN=gone"}},
                           {"msexchdelegatelistlink", {"CN=team"}},
                           {"legacyexchangedn", {"/o=Org/ou=First/cn=Recipients/cn=Anna"}},
                           {"proxyaddresses", {"X500:/o=Old/cn=anna", "x500:no", "smtp:a@b.test"}},
                           {"mdbstoragequota", {"900"}},
                           {"mdboverquotalimit", {"1000"}},
                           {"mdboverhardquotalimit", {"1100"}},
                           {"authorig", {"CN=boss"}},
                           {"dlmemsubmitperms", {"CN=team"}},
                           {"unauthorig", {"CN=boss", "CN=gone"}},
                           {"msexchenablemoderation", {"TRUE"}},
                           {"msexchmoderatedbylink", {"CN=boss", "CN=gone"}},
                           {"msexchbypassmoderationlink", {"CN=boss"}},
                           {"msexchbypassmoderationfromdlmemberslink", {"CN=team"}},
                           {"msexchmoderationflags", {"3"}},
                           {"manager", {"CN=boss"}},
                           {"managedby", {"CN=team"}}});
  EXPECT_TRUE(rules.is_hidden && rules.signed_in_only && rules.deliver_and_redirect);
  EXPECT_EQ(rules.recipient_type, -2147483648);
  EXPECT_EQ(rules.target_address, "Anna@elsewhere.test");
  EXPECT_EQ(rules.alternate, test_id(10));
  EXPECT_EQ(rules.owner, test_id(10));
  EXPECT_EQ(rules.delegates, std::vector{test_id(10)});
  EXPECT_EQ(rules.shared_with, std::vector{test_id(11)});
  EXPECT_EQ(rules.x500,
            (std::vector<std::string>{"/o=old/cn=anna", "/o=org/ou=first/cn=recipients/cn=anna"}));
  EXPECT_EQ(rules.quota_warning, 900U * 1'024);
  EXPECT_EQ(rules.quota_send, 1'000U * 1'024);
  EXPECT_EQ(rules.quota_receive, 1'100U * 1'024);
  EXPECT_EQ(rules.allowed_senders, (std::vector{test_id(10), test_id(11)}));
  EXPECT_EQ(rules.refused_senders, std::vector{test_id(10)});
  EXPECT_TRUE(rules.is_moderated);
  EXPECT_EQ(rules.moderators, std::vector{test_id(10)});
  EXPECT_EQ(rules.past_moderation, (std::vector{test_id(10), test_id(11)}));
  EXPECT_EQ(rules.moderation_flags, 3U);
  EXPECT_EQ(read({{"managedby", {"CN=team"}}, {"manager", {"CN=boss"}}}, Kind::group).owner,
            test_id(11));
}

TEST(MailRuleAttributes, AbsentOnesSayNothing) { EXPECT_EQ(read({}), MailRules()); }

TEST(MailRuleAttributes, HostileValuesSayNothing) {
  const std::string long_text(100'000, 'x');
  const auto rules = read({{"msexchhidefromaddresslists", {"maybe", "TRUE"}},
                           {"deliverandredirect", {"TRUE\0"s}},
                           {"msexchrecipienttypedetails", {"99999999999999999999"}},
                           {"targetaddress", {"X400:c=us;a= ;p=x"}},
                           {"altrecipient", {"CN=\0boss"s}},
                           {"legacyexchangedn", {"/o=\0rg"s}},
                           {"proxyaddresses", {"x500:/" + long_text, "x500:/\xff\xfe", "x500:"}},
                           {"mdbstoragequota", {"-1"}},
                           {"mdboverquotalimit", {"18446744073709551615"}},
                           {"mdboverhardquotalimit", {"ten"}},
                           {"manager", {""}}});
  EXPECT_EQ(rules, MailRules());
  EXPECT_EQ(read({{"mdbusedefaults", {"TRUE"}}, {"mdbstoragequota", {"900"}}}), MailRules());
  EXPECT_EQ(read({{"targetaddress", {"SMTP:" + long_text}}}).target_address, "");
}

TEST(MailRuleAttributes, ATargetThatIsNoAddressIsToldAndNotUsed) {
  for (const auto& bad : {"SMTP:nobody"s, "SMTP:a\0@b.test"s, "a b@c.test"s, "SMTP:@"s}) {
    auto person = test_person(1, "anna");
    read_mail_rules({{"targetaddress", {bad}}}, by_dn, person);
    EXPECT_TRUE(normalise(person).contains("targetAddress")) << bad;
    EXPECT_EQ(person.mail_rules.target_address, "") << bad;
    EXPECT_EQ(person.mail, "anna@example.test");
  }
}

TEST(MailRuleAttributes, AListThatNamesNobodyKnownIsNoOpenDoor) {
  const auto rules = read({{"authorig", {"CN=gone"}}});
  ASSERT_EQ(rules.allowed_senders.size(), 1U);
  EXPECT_TRUE(rules.allowed_senders.front().guid.is_nil());
  // A controller that cuts long lists names the piece.
  EXPECT_EQ(read({{"authorig;range=0-1499", {"CN=boss"}}}).allowed_senders,
            std::vector{test_id(10)});
}

}  // namespace
}  // namespace kontor::directory
