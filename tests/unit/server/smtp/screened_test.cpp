// SPDX-License-Identifier: GPL-3.0-or-later
// Whole sessions of clients that are screened: who is refused at which command, and what stands in
// the messages of the others. The client of these sessions is 127.0.0.1.
#include "server/smtp/screened.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/zone_resolver.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SmtpScreening : public ::testing::Test {
 protected:
  SmtpScreening() {
    dns.zone["here.test"].mx = {{10, "mx.here.test"}};
    dns.zone["127.0.0.1"].ptr = {"mx.here.test"};
    dns.zone["mx.here.test"].a = {"127.0.0.1"};
  }
  config::Screening& settings() { return dialogue.settings.screening; }
  std::string say(const std::string& text) {
    screening.emplace(dialogue.settings, dns, dialogue.clock);
    dialogue.screening = &*screening;
    return dialogue.say(text);
  }
  // All that was answered to one message.
  std::string send(const std::string& sender = "a@here.test",
                   const std::string& recipient = "anna@example.test",
                   const std::string& top = "") {
    return say("EHLO mx.here.test\r\nMAIL FROM:<" + sender + ">\r\nRCPT TO:<" + recipient +
               ">\r\nDATA\r\n" + top + "From: a@here.test\r\n\r\nx\r\n.\r\nQUIT\r\n");
  }
  std::vector<std::string> stored() { return dialogue.store.messages_of(anna()); }

  Dialogue dialogue;
  kontor::testing::ZoneResolver dns;
  std::optional<filter::Screening> screening;
};

TEST_F(SmtpScreening, WhatIsKnownStandsInTheMessage) {
  EXPECT_THAT(send("a@here.test", "anna@example.test", "X-Kontor-Screening: allowed\r\n"),
              HasSubstr("250 2.0.0"));
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_THAT(stored()[0],
              HasSubstr("X-Kontor-Screening: iprev=pass (mx.here.test)\r\nReceived: "));
  EXPECT_THAT(stored()[0], Not(HasSubstr("allowed")));
  EXPECT_EQ(dialogue.events.count("checks.client.done"), 1U);
}

TEST_F(SmtpScreening, ADeniedAddressIsNotGreeted) {
  settings().deny = {"127.0.0.0/8"};
  EXPECT_THAT(send(), StartsWith("554 5.7.1 no mail is taken from your address\r\n"));
  EXPECT_EQ(dialogue.events.count("checks.client.refused"), 1U);
  settings().allow = {"127.0.0.1"};
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  EXPECT_THAT(stored().at(0), HasSubstr("X-Kontor-Screening: allowed\r\n"));
}

TEST_F(SmtpScreening, DeniedNamesAndSendersAreRefusedAtMail) {
  settings().deny = {"@bad.test", "here.test"};
  EXPECT_THAT(send("x@bad.test"), HasSubstr("550 5.7.1 no mail is taken from this sender\r\n"));
  EXPECT_THAT(send(), HasSubstr("554 5.7.1 no mail is taken from mx.here.test\r\n"));
  settings().allow = {"a@here.test"};
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  settings().allow = {"mx.here.test"};
  EXPECT_THAT(send("b@here.test"), HasSubstr("250 2.0.0"));
  EXPECT_EQ(stored().size(), 2U);
}

TEST_F(SmtpScreening, WhoIsListedIsRefusedAtTheRecipientAndMayWriteToPostmaster) {
  settings().dnsbl = {"bl.test"};
  dns.zone["1.0.0.127.bl.test"].a = {"127.0.0.2"};
  dns.zone["1.0.0.127.bl.test"].txt = {"spam from there"};
  EXPECT_THAT(send(),
              HasSubstr("554 5.7.1 your address 127.0.0.1 is on the list bl.test: spam from "
                        "there\r\n"));
  EXPECT_EQ(dialogue.events.count("smtp.recipient.refused"), 1U);
  EXPECT_THAT(send("a@here.test", "postmaster@example.test"), HasSubstr("250 2.1.5"));
  settings().listed = "mark";
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  EXPECT_THAT(stored().back(), HasSubstr("dnsbl=bl.test (127.0.0.2)\r\n"));
}

TEST_F(SmtpScreening, TheDomainOfTheSenderIsLookedAtForEachMessage) {
  settings().rhsbl = {"dbl.test"};
  settings().sender_domain = "refuse";
  dns.zone["spam.test.dbl.test"].a = {"127.0.1.2"};
  dns.zone["spam.test"].mx = {{10, "mx.here.test"}};
  const auto answers =
      say("EHLO mx.here.test\r\n"
          "MAIL FROM:<a@spam.test>\r\nRCPT TO:<anna@example.test>\r\nRSET\r\n"
          "MAIL FROM:<a@nowhere.test>\r\nRCPT TO:<anna@example.test>\r\nRSET\r\n"
          "MAIL FROM:<a@here.test>\r\nRCPT TO:<anna@example.test>\r\nRSET\r\n"
          "MAIL FROM:<>\r\nRCPT TO:<anna@example.test>\r\nRSET\r\n"
          "MAIL FROM:<a@[127.0.0.1]>\r\nRCPT TO:<anna@example.test>\r\nQUIT\r\n");
  EXPECT_THAT(answers, HasSubstr("554 5.7.1 the domain of this sender is on the list dbl.test"));
  EXPECT_THAT(answers, HasSubstr("550 5.1.8 the domain of this sender takes no mail"));
  std::size_t taken = 0;
  for (auto at = answers.find("250 2.1.5"); at != std::string::npos;
       at = answers.find("250 2.1.5", at + 1))
    ++taken;
  EXPECT_EQ(taken, 3U);
}

TEST_F(SmtpScreening, NamesAreRefusedWhereTheSettingsSaySo) {
  settings().reverse_name = "refuse";
  settings().hello = "refuse";
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  EXPECT_THAT(
      say("EHLO host\r\nMAIL FROM:<a@here.test>\r\nRCPT TO:<anna@example.test>\r\nQUIT\r\n"),
      HasSubstr("550 5.7.1 your HELO is not the full name of a host\r\n"));
  dns.zone["mx.here.test"].a = {"192.0.2.1"};
  EXPECT_THAT(send(), HasSubstr("550 5.7.25 your address has no name that leads back to it\r\n"));
  dns.zone["127.0.0.1"] = {};
  dns.zone["127.0.0.1"].times_out = true;  // not known is no fault
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
}

TEST_F(SmtpScreening, StrangersAreAskedToComeAgain) {
  settings().greylist = true;
  EXPECT_THAT(send(), HasSubstr("451 4.7.1 you are not known here yet; try again in 300 seconds"));
  EXPECT_TRUE(stored().empty());
  EXPECT_THAT(send("a@here.test", "nobody.here@example.test"), HasSubstr("550 5.1.1"));
}

TEST_F(SmtpScreening, WhoIsTrustedOrSignedInIsNotAsked) {
  settings().deny = {"127.0.0.1"};
  dialogue.settings.smtp.trusted_networks = {"127.0.0.1"};
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  dialogue.settings.smtp.trusted_networks = {};
  dialogue.role = Role::lmtp;
  EXPECT_THAT(say("LHLO c.test\r\nQUIT\r\n"), StartsWith("220 "));
  settings().enabled = false;
  dialogue.role = Role::mx;
  EXPECT_THAT(send(), HasSubstr("250 2.0.0"));
  EXPECT_EQ(dns.questions, 0U);
  EXPECT_THAT(stored().back(), Not(HasSubstr("X-Kontor-Screening")));
}

}  // namespace
}  // namespace kontor::smtp
