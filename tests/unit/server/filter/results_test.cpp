// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/results.hpp"

#include <gtest/gtest.h>

namespace kontor::filter {
namespace {

Report some_report() {
  Report report;
  report.hello = "mx.a.test";
  report.sender = "anna@a.test";
  report.spf.verdict = spf::Verdict::pass;
  report.spf.domain = "a.test";
  report.spf.reason = "a.test: ip4:192.0.2.1";
  dkim::Outcome signature;
  signature.verdict = dkim::Verdict::pass;
  signature.domain = "a.test";
  signature.selector = "s1";
  signature.algorithm = "rsa-sha256";
  signature.value_start = "ab/+cdef";
  report.signatures = {signature};
  report.dmarc.verdict = dmarc::Verdict::pass;
  report.dmarc.domain = "a.test";
  report.dmarc.published = dmarc::Policy::reject;
  return report;
}

TEST(Results, OneFieldHasThemAll) {
  EXPECT_EQ(results_field("mail.here.test", some_report()),
            "Authentication-Results: mail.here.test;\r\n"
            "\tspf=pass reason=\"a.test: ip4:192.0.2.1\"\r\n"
            "\tsmtp.mailfrom=anna@a.test;\r\n"
            "\tdkim=pass\r\n"
            "\theader.d=a.test header.s=s1\r\n"
            "\theader.a=rsa-sha256 header.b=\"ab/+cdef\";\r\n"
            "\tdmarc=pass (p=reject)\r\n"
            "\theader.from=a.test policy.dmarc=none\r\n");
}

TEST(Results, NothingAStrangerWroteBreaksOut) {
  auto report = some_report();
  report.sender = "a\"b;\r\nspf=pass@a.test";
  report.spf.reason = "x\"; dkim=pass\r\nFrom: eve@x.test\\";
  report.signatures.clear();
  report.dmarc.verdict = dmarc::Verdict::none;
  report.dmarc.domain = "b\r\nEvil: x";
  EXPECT_EQ(results_field("mail.here.test", report),
            "Authentication-Results: mail.here.test;\r\n"
            "\tspf=pass reason=\"x; dkim=passFrom: eve@x.test\"\r\n"
            "\tsmtp.mailfrom=a.test;\r\n"
            "\tdkim=none;\r\n"
            "\tdmarc=none\r\n"
            "\theader.from=\"bEvil: x\"\r\n");
  report.sender.clear();
  report.hello = "[192.0.2.1]";
  EXPECT_NE(results_field("mail.here.test", report).find("smtp.helo=\"[192.0.2.1]\""),
            std::string::npos);
}

TEST(Results, OnlyFieldsOfThisServerAreTakenOut) {
  const std::string rest =
      "From: a@a.test\r\nAuthentication-Results: other.test; spf=pass\r\n\r\n"
      "Authentication-Results: mail.here.test; in the body\r\n";
  EXPECT_EQ(without_own_results(rest, "mail.here.test"), rest);
  for (const auto* forged : {"Authentication-Results: mail.here.test; spf=pass\r\n",
                             "authentication-results: (c;) MAIL.HERE.TEST 1; spf=pass\r\n",
                             "Authentication-Results:\r\n mail.here.test;\r\n\tspf=pass\r\n",
                             "Authentication-Results: \"mail.here.test\"; none\r\n",
                             "Authentication-Results : mail.here.test(x); none\r\n"}) {
    EXPECT_EQ(without_own_results(forged + rest, "mail.here.test"), rest) << forged;
    EXPECT_EQ(without_own_results("To: b@b.test\r\n" + (forged + rest) + forged, "mail.here.test"),
              "To: b@b.test\r\n" + rest + forged);
  }
  EXPECT_EQ(without_own_results("", "x"), "");
  EXPECT_EQ(without_own_results("Authentication-Results: x; none", "x"), "");
}

}  // namespace
}  // namespace kontor::filter
