// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/policy_rule.hpp"

#include <gmock/gmock.h>

#include "base/config/load.hpp"

namespace kontor::config {
namespace {

using ::testing::HasSubstr;

PolicyValues values_of(const PolicyRule& rule) {
  PolicyValues values;
  for (const auto& [name, text] : rule.values) apply_policy_value(name, text, values);
  return values;
}

TEST(PolicyRule, NamesWhomItIsForAndWhatHolds) {
  const auto rule = parse_policy(
      "board@example.test: quota=10G messages=100000 undelete=60 priority=5 "
      "retention=Deleted Items=30, \\Junk=14 message_size=20M recipients=50 local_only=send "
      "daily_messages=500 daily_recipients=2000");
  ASSERT_TRUE(rule) << rule.error().text();
  EXPECT_EQ(rule->who, "board@example.test");
  EXPECT_EQ(rule->priority, 5U);
  const auto values = values_of(*rule);
  EXPECT_EQ(values.quota, std::uint64_t{10} << 30U);
  EXPECT_EQ(values.messages, 100'000U);
  EXPECT_EQ(values.undelete_days, 60U);
  ASSERT_EQ(values.retention->size(), 2U);
  EXPECT_EQ(values.retention->at(0).folder, "Deleted Items");
  EXPECT_EQ(values.retention->at(1).folder, "\\Junk");
  EXPECT_EQ(values.message_size, std::uint64_t{20} << 20U);
  EXPECT_EQ(values.recipients, 50U);
  EXPECT_EQ(values.daily_messages, 500U);
  EXPECT_EQ(values.daily_recipients, 2'000U);
  EXPECT_TRUE(values.sends_here_only);
  EXPECT_FALSE(values.receives_here_only);
  EXPECT_FALSE(values.protocols);
}

TEST(PolicyRule, NoneLiftsALimit) {
  const auto values = values_of(*parse_policy(
      "a@b.test: quota=none retention=none messages=none message_size=none recipients=none"));
  EXPECT_EQ(values.quota, 0U);
  EXPECT_EQ(values.messages, 0U);
  EXPECT_TRUE(values.retention->empty());
  EXPECT_EQ(values.message_size, 0U);
  EXPECT_FALSE(values.undelete_days);
}

TEST(PolicyRule, InvitationsFromOutside) {
  const auto of = [](std::string_view row) { return values_of(*parse_policy(row)).invitations; };
  EXPECT_EQ(PolicyValues().invitations, OutsideInvitations::add);
  EXPECT_EQ(of("everybody: invitations=known"), OutsideInvitations::known);
  EXPECT_EQ(of("everybody: invitations=none"), OutsideInvitations::none);
  EXPECT_EQ(of("everybody: invitations=add"), OutsideInvitations::add);
  EXPECT_THAT(parse_policy("everybody: invitations=yes").error().text(),
              HasSubstr("none of add, known and none"));
}

TEST(PolicyRule, WhatIsPublishedAndWhoMayAskWhenSomebodyIsBusy) {
  const auto of = [](std::string_view row) { return values_of(*parse_policy(row)); };
  EXPECT_EQ(PolicyValues().publishing, Publishing::full);
  EXPECT_EQ(of("everybody: publishing=none").publishing, Publishing::none);
  EXPECT_EQ(of("everybody: publishing=free-busy").publishing, Publishing::free_busy);
  EXPECT_EQ(of("everybody: publishing=full").publishing, Publishing::full);
  EXPECT_THAT(parse_policy("everybody: publishing=yes").error().text(),
              HasSubstr("none of full, free-busy and none"));
  EXPECT_EQ(PolicyValues().free_busy, BusyAskers::everybody);
  EXPECT_EQ(of("everybody: free_busy=rights").free_busy, BusyAskers::rights);
  EXPECT_EQ(of("everybody: free_busy=nobody").free_busy, BusyAskers::nobody);
  EXPECT_EQ(of("everybody: free_busy=everybody").free_busy, BusyAskers::everybody);
  EXPECT_THAT(parse_policy("everybody: free_busy=no").error().text(),
              HasSubstr("none of everybody, rights and nobody"));
}

TEST(PolicyRule, IsForAnAddressADistinguishedNameADomainNameOrEverybody) {
  const auto who = [](std::string_view row) { return parse_policy(row).value().who; };
  EXPECT_EQ(who("OU=Sales, DC=example,DC=test: quota=1G"), "OU=Sales, DC=example,DC=test");
  EXPECT_EQ(who("OU=a:b,DC=test: quota=1G"), "OU=a:b,DC=test");
  EXPECT_EQ(who("EXAMPLE\\Domain Users: quota=1G"), "EXAMPLE\\Domain Users");
  EXPECT_EQ(who("a=b@example.test: quota=1G"), "a=b@example.test");
  EXPECT_EQ(who("a@b.test:quota=1G"), "a@b.test");
  EXPECT_EQ(who("Everybody: quota=1G"), "everybody");
  EXPECT_EQ(who("*: quota=1G"), "everybody");
  EXPECT_EQ(who("@Example.Test: locked=yes"), "@Example.Test");
}

TEST(PolicyRule, ProtocolsAndNetworks) {
  const auto values = values_of(
      *parse_policy("everybody: protocols=imap, submission networks=!10.1.0.0/16,10.0.0.0/8 "
                    "imap_networks=any"));
  EXPECT_TRUE(values.may_use(PolicyProtocol::imap));
  EXPECT_FALSE(values.may_use(PolicyProtocol::pop3));
  EXPECT_TRUE(values.may_use(PolicyProtocol::submission));
  const auto judge = [&](PolicyProtocol protocol, std::string_view address) {
    return values.networks_of(protocol)->judge(*parse_ip_address(address)) ==
           AccessRules::Verdict::allowed;
  };
  EXPECT_TRUE(judge(PolicyProtocol::imap, "192.0.2.1"));
  EXPECT_FALSE(judge(PolicyProtocol::pop3, "192.0.2.1"));
  EXPECT_TRUE(judge(PolicyProtocol::pop3, "10.2.0.1"));
  EXPECT_TRUE(PolicyValues().may_use(PolicyProtocol::pop3));
  EXPECT_EQ(PolicyValues().networks_of(PolicyProtocol::pop3), nullptr);
  EXPECT_FALSE(values_of(*parse_policy("everybody: protocols=none")).may_use(PolicyProtocol::imap));
}

TEST(PolicyRule, IsWrittenAsItIsRead) {
  const auto rule = parse_policy(
      "everybody: retention=Deleted Items=30, \\Junk=14 priority=7 quota=10 GB"
      " networks=10.0.0.0/8");
  EXPECT_FALSE(rule) << "a size is one word";
  const auto good = *parse_policy(
      "everybody: retention=Deleted Items=30, \\Junk=14 priority=7 networks=10.0.0.0/8, ::1 "
      "quota=10GB");
  const auto text = format_policy(good);
  EXPECT_EQ(text,
            "everybody: priority=7 quota=10GB retention=Deleted Items=30, \\Junk=14 "
            "networks=10.0.0.0/8, ::1");
  EXPECT_EQ(*parse_policy(text), good);
}

TEST(PolicyRule, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view row) { return parse_policy(row).error().detail(); };
  EXPECT_THAT(wrong("quota=10G"), HasSubstr("whom it is for and a colon"));
  EXPECT_THAT(wrong("board: quota=10G"), HasSubstr("\"board\" is not the address of a group"));
  EXPECT_THAT(wrong("@: quota=10G"), HasSubstr("is not the address"));
  EXPECT_THAT(wrong("@a b: quota=10G"), HasSubstr("@DOMAIN"));
  EXPECT_THAT(wrong("a@b.test: locked=maybe"), HasSubstr("none of yes and no"));
  EXPECT_THAT(wrong("a@b.test:"), HasSubstr("it names no value"));
  EXPECT_THAT(wrong("a@b.test: priority=3"), HasSubstr("it names no value"));
  EXPECT_THAT(wrong("a@b.test: qouta=10G"), HasSubstr("\"qouta=10G\" is none of quota="));
  EXPECT_THAT(wrong("a@b.test: quota=1G quota=2G"), HasSubstr("quota stands there twice"));
  EXPECT_THAT(wrong("a@b.test: undelete=99999"), HasSubstr("undelete: \"99999\" is not"));
  EXPECT_THAT(wrong("a@b.test: retention=Trash"), HasSubstr("is not FOLDER=DAYS"));
  EXPECT_THAT(wrong("a@b.test: messages=many"), HasSubstr("\"many\" is not a number"));
  EXPECT_THAT(wrong("a@b.test: protocols=imap,telnet"), HasSubstr("\"telnet\" is not a protocol"));
  EXPECT_THAT(wrong("a@b.test: networks=pc.example.test"), HasSubstr("networks: "));
  EXPECT_THAT(wrong("a@b.test: networks=10.0.0.1/8"), HasSubstr("write 10.0.0.0/8"));
  EXPECT_THAT(wrong("a@b.test: local_only=maybe"), HasSubstr("none of yes, no, send"));
  EXPECT_THAT(wrong("a@b.test: priority=1001"), HasSubstr("up to 1000"));
  EXPECT_THAT(wrong("a@b.test: recipients=0"), HasSubstr("or none"));
  EXPECT_THAT(wrong("a@b.test: daily_messages=0"), HasSubstr("or none"));
  EXPECT_THAT(wrong("a@b.test: daily_recipients=few"), HasSubstr("number of recipients"));
  EXPECT_THAT(wrong("a@b.test: quota=1G\r\nx"), HasSubstr("control characters"));
}

TEST(CheckSettings, NamesTheWrongRowOfPolicy) {
  Settings settings;
  settings.policy.rules = {"staff@example.test: undelete=5", "staff: undelete=5"};
  settings.policy.attribute = "extension Name";
  const auto sentences = check_settings(settings);
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_THAT(sentences[0], HasSubstr("policy.rules: \"staff: undelete=5\": "));
  EXPECT_THAT(sentences[1], HasSubstr("policy.attribute: \"extension Name\""));
}

}  // namespace
}  // namespace kontor::config
