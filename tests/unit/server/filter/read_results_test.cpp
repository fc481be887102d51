// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/read_results.hpp"

#include <gtest/gtest.h>

namespace kontor::filter {
namespace {

// RFC 8601, appendix B.5 and B.6.
TEST(ReadResults, TheExamplesOfTheStandard) {
  const auto results = read_results(
      " example.com 1;\r\n    auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
      "    spf=pass smtp.mailfrom=example.net;\r\n"
      "    sender-id/1 = pass (a \\) b) reason=\"good; \\\"very\\\"\" header.from=example.net");
  EXPECT_EQ(results.server, "example.com");
  ASSERT_EQ(results.methods.size(), 3U);
  EXPECT_EQ(results.methods[0].method, "auth");
  EXPECT_EQ(results.methods[0].property("smtp.auth"), "sender@example.net");
  EXPECT_EQ(results.methods[1].result, "pass");
  EXPECT_EQ(results.methods[2].method, "sender-id");
  EXPECT_EQ(results.methods[2].property("reason"), "good; \"very\"");
  EXPECT_EQ(results.methods[2].property("header.from"), "example.net");
  EXPECT_TRUE(read_results("example.org 1; none").methods.empty());
}

TEST(ReadResults, WhatIsNone) {
  for (const auto* text : {"", ";", ";;;=", "a; =", "a;b=;c", "a; (", "a; \"", "a; b=c =d e= f"})
    EXPECT_LE(read_results(text).methods.size(), 3U) << text;
}

Proof proof(std::string_view results, std::string_view domain = "good.test") {
  return proof_of_author("Authentication-Results: mail.test; " + std::string(results) + "\r\n",
                         "mail.test", domain);
}

TEST(ProofOfAuthor, ByTheWordsOfThisServer) {
  EXPECT_EQ(proof("dmarc=pass header.from=good.test"), Proof::proven);
  EXPECT_EQ(proof("dmarc=pass header.from=other.test"), Proof::unknown);
  EXPECT_EQ(proof("spf=pass smtp.mailfrom=a@good.test; dmarc=none"), Proof::proven);
  EXPECT_EQ(proof("dkim=pass header.d=good.test", "mail.good.test"), Proof::proven);
  EXPECT_EQ(proof("dkim=pass header.d=mail.good.test"), Proof::unknown);
  EXPECT_EQ(proof("dkim=pass header.d=test"), Proof::unknown);
  EXPECT_EQ(proof("dkim=pass header.d=verygood.test"), Proof::unknown);
  EXPECT_EQ(proof("spf=pass smtp.mailfrom=good.test; dmarc=fail header.from=good.test"),
            Proof::forged);
  EXPECT_EQ(proof("dmarc=temperror"), Proof::unknown);
  EXPECT_EQ(
      proof_of_author("Authentication-Results: else.test; dmarc=pass header.from=good.test\r\n",
                      "mail.test", "good.test"),
      Proof::unknown);
  EXPECT_EQ(proof_of_author("Subject: x\r\n", "mail.test", "good.test"), Proof::unknown);
}

}  // namespace
}  // namespace kontor::filter
