// SPDX-License-Identifier: GPL-3.0-or-later
// Whole sessions whose messages are checked: what is written into them, and what is refused.
#include "server/smtp/origin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/zone_resolver.hpp"
#include "tests/unit/server/smtp/dialogue.hpp"

namespace kontor::smtp {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view k_forged =
    "Authentication-Results: mail.example.test; spf=pass smtp.mailfrom=forged.test\r\n";

class SmtpOrigin : public ::testing::Test {
 protected:
  SmtpOrigin() {
    dialogue.checks = &checks;
    dns.zone["here.test"].txt = {"v=spf1 ip4:127.0.0.1 -all"};
    dns.zone["there.test"].txt = {"v=spf1 ip4:192.0.2.1 -all exp=why.test"};
    dns.zone["why.test"].txt = {"not from %{c}"};
    for (const auto* domain : {"_dmarc.here.test", "_dmarc.there.test"})
      dns.zone[domain].txt = {"v=DMARC1; p=reject"};
  }
  // The answer to the end of the data.
  std::string send(const std::string& sender, const std::string& message) {
    const auto answers =
        dialogue.say((dialogue.role == Role::lmtp ? "LHLO c.test\r\n" : "EHLO c.test\r\n") +
                     ("MAIL FROM:<" + sender + ">\r\nRCPT TO:<anna@example.test>\r\nDATA\r\n" +
                      message + ".\r\nQUIT\r\n"));
    const auto go = answers.find("354 ");
    const auto begin = answers.find('\n', go) + 1;
    return answers.substr(begin, answers.find("\r\n", begin) - begin);
  }
  std::vector<std::string> stored() { return dialogue.store.messages_of(anna()); }

  Dialogue dialogue;
  kontor::testing::ZoneResolver dns;
  filter::Checks checks{dialogue.settings, dns, dialogue.clock};
};

TEST_F(SmtpOrigin, WhatWasFoundStandsAboveOurReceived) {
  EXPECT_THAT(send("a@here.test", std::string(k_forged) + "From: a@here.test\r\n\r\nx\r\n"),
              StartsWith("250 "));
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_THAT(stored()[0],
              StartsWith("Return-Path: <a@here.test>\r\n"
                         "Authentication-Results: mail.example.test;\r\n\tspf=pass "
                         "reason=\"here.test: ip4:127.0.0.1\"\r\n\tsmtp.mailfrom=a@here.test;\r\n"
                         "\tdkim=none;\r\n\tdmarc=pass (p=reject) reason=\"by SPF\"\r\n"
                         "\theader.from=here.test policy.dmarc=none\r\nReceived: "));
  EXPECT_THAT(stored()[0], Not(HasSubstr("forged.test")));
  const auto event = dialogue.events.last("checks.message.done");
  ASSERT_TRUE(event);
  EXPECT_THAT(event->get(log::Keys::detail).value(), HasSubstr("spf=pass"));
  EXPECT_THAT(stored()[0], HasSubstr("id " + event->get(log::Keys::trace).value()));
}

TEST_F(SmtpOrigin, WhatFailsIsMarkedUnlessTheSettingsSayMore) {
  const std::string message = "From: a@there.test\r\n\r\nx\r\n";
  EXPECT_THAT(send("a@there.test", message), StartsWith("250 "));
  EXPECT_THAT(stored().at(0), HasSubstr("\tspf=fail "));
  EXPECT_THAT(stored().at(0), HasSubstr("policy.dmarc=reject\r\n"));
  dialogue.settings.checks.spf_fail = "refuse";
  EXPECT_EQ(send("a@there.test", message),
            "550 5.7.23 there.test (SPF) does not let this address send its mail: not from "
            "127.0.0.1");
  dialogue.settings.checks.dmarc_fail = "refuse";
  EXPECT_EQ(
      send("a@there.test", message),
      "550 5.7.26 neither SPF nor DKIM shows that this message is from there.test, whose policy "
      "(DMARC) forbids it then");
  EXPECT_EQ(stored().size(), 1U);
  EXPECT_EQ(dialogue.events.count("smtp.message.refused"), 2U);
}

TEST_F(SmtpOrigin, AnObeyedPolicyMarksWhatIsJunk) {
  dns.zone["_dmarc.there.test"].txt = {"v=DMARC1; p=quarantine"};
  const std::string message = "X-Kontor-Junk: forged\r\nFrom: a@there.test\r\n\r\nx\r\n";
  EXPECT_THAT(send("a@there.test", message), StartsWith("250 "));
  EXPECT_THAT(stored().at(0), Not(HasSubstr("X-Kontor-Junk")));
  dialogue.settings.checks.dmarc_fail = "obey";
  EXPECT_THAT(send("a@there.test", message), StartsWith("250 "));
  EXPECT_THAT(stored().at(1),
              StartsWith("Return-Path: <a@there.test>\r\nX-Kontor-Junk: dmarc=fail; the policy of "
                         "there.test is quarantine\r\nAuthentication-Results: "));
  EXPECT_THAT(stored().at(1), Not(HasSubstr("forged")));
  dns.zone["_dmarc.there.test"].txt = {"v=DMARC1; p=reject"};
  EXPECT_THAT(send("a@there.test", message), StartsWith("550 5.7.26 "));
}

TEST_F(SmtpOrigin, WithoutTheDnsNothingIsLost) {
  dns.zone["slow.test"].times_out = true;
  dns.zone["_dmarc.slow.test"].times_out = true;
  const std::string message = "From: a@slow.test\r\n\r\nx\r\n";
  EXPECT_THAT(send("a@slow.test", message), StartsWith("250 "));
  EXPECT_THAT(stored().at(0), HasSubstr("spf=temperror"));
  EXPECT_EQ(dialogue.events.count("checks.message.unknown"), 1U);
  dialogue.settings.checks.fail_open = false;
  EXPECT_THAT(send("a@slow.test", message), StartsWith("451 4.4.3 "));
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(SmtpOrigin, WhoIsTrustedIsNotAsked) {
  dialogue.settings.checks.spf_fail = "refuse";
  dialogue.settings.smtp.trusted_networks = {"127.0.0.1"};
  EXPECT_THAT(send("a@there.test", std::string(k_forged) + "From: a@there.test\r\n\r\nx\r\n"),
              StartsWith("250 "));
  EXPECT_THAT(stored().at(0), HasSubstr("forged.test"));  // the network's own gateway may say so
  EXPECT_EQ(dns.questions, 0U);
}

TEST_F(SmtpOrigin, LmtpIsNotAsked) {
  dialogue.settings.checks.spf_fail = "refuse";
  dialogue.role = Role::lmtp;
  EXPECT_THAT(send("a@there.test", "From: a@there.test\r\n\r\nx\r\n"), StartsWith("250 "));
  EXPECT_EQ(dns.questions, 0U);
}

TEST_F(SmtpOrigin, SwitchedOffForgeriesStillGo) {
  dialogue.settings.checks.enabled = false;
  EXPECT_THAT(send("a@there.test", std::string(k_forged) + "From: a@there.test\r\n\r\nx\r\n"),
              StartsWith("250 "));
  EXPECT_THAT(stored().at(0), Not(HasSubstr("Authentication-Results")));
  EXPECT_EQ(dns.questions, 0U);
}

TEST_F(SmtpOrigin, LongMessagesAreReadOnThePool) {
  std::string body = "From: a@here.test\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) body += "a line of a long message\r\n";
  EXPECT_THAT(send("a@here.test", std::string(k_forged) + body), StartsWith("250 "));
  EXPECT_THAT(stored().at(0), HasSubstr("\tspf=pass "));
  EXPECT_TRUE(stored().at(0).ends_with(body));
  EXPECT_THAT(stored().at(0), Not(HasSubstr("forged.test")));
}

}  // namespace
}  // namespace kontor::smtp
