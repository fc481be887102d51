// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/dkim/verify.hpp"

#include <gtest/gtest.h>

#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::dkim {
namespace {

// The message of RFC 8463, A.3, signed with both kinds of key.
constexpr std::string_view k_message =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";
constexpr std::string_view k_rsa =
    "v=DKIM1; k=rsa; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdO"
    "Kb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/"
    "8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLz"
    "BfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
constexpr std::string_view k_ed25519 =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

class DkimVerify : public ::testing::Test {
 protected:
  DkimVerify() {
    brisbane().txt = {std::string(k_ed25519)};
    dns.zone["test._domainkey.football.example.com"].txt = {std::string(k_rsa)};
  }
  kontor::testing::ZoneResolver::Records& brisbane() {
    return dns.zone["brisbane._domainkey.football.example.com"];
  }
  std::vector<Outcome> outcomes(const std::string& text, SteadyTime deadline = SteadyTime::max()) {
    return kontor::testing::run(
        context, verify(read_signatures(text), dns, UtcSeconds(std::chrono::seconds(1'600'000'000)),
                        deadline));
  }
  Verdict first(const std::string& text) { return outcomes(text).at(0).verdict; }

  boost::asio::io_context context;
  kontor::testing::ZoneResolver dns;
  std::string message{k_message};
};

TEST_F(DkimVerify, TheExampleOfTheStandard) {
  const auto got = outcomes(message);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].verdict, Verdict::pass) << got[0].reason;
  EXPECT_EQ(got[0].algorithm, "ed25519-sha256");
  EXPECT_EQ(got[0].domain, "football.example.com");
  EXPECT_EQ(got[0].selector, "brisbane");
  EXPECT_EQ(got[0].value_start, "/gCrinpc");
  EXPECT_EQ(got[1].verdict, Verdict::pass) << got[1].reason;
  EXPECT_EQ(got[1].algorithm, "rsa-sha256");
}

TEST_F(DkimVerify, WhatWasChangedFails) {
  EXPECT_EQ(first(replaced(message, "lost", "won!")), Verdict::fail);
  EXPECT_EQ(first(replaced(message, "dinner ready", "supper ready")), Verdict::fail);
  EXPECT_EQ(first(replaced(message, "From: Joe", "From: eve@x.test\r\nFrom: Joe")), Verdict::fail);
  EXPECT_EQ(first("From: eve@x.test\r\n" + message), Verdict::fail);
  EXPECT_EQ(first(replaced(message, "b=/gCr", "b=/gCs")), Verdict::fail);
}

TEST_F(DkimVerify, WhatTheRelaxedFormLetsThroughPasses) {
  EXPECT_EQ(first(message + "\r\n\r\n"), Verdict::pass);
  EXPECT_EQ(first(replaced(message, "game.  Are", "game. \t Are")), Verdict::pass);
  EXPECT_EQ(first(replaced(message, "Subject: Is", "SUBJECT :  Is")), Verdict::pass);
  EXPECT_EQ(first("Received: from x\r\n" + message), Verdict::pass);
}

TEST_F(DkimVerify, KeysThatAreNone) {
  const auto with = [&](std::vector<std::string> texts) {
    brisbane().txt = std::move(texts);
    return first(message);
  };
  EXPECT_EQ(with({"v=DKIM1; k=ed25519; p="}), Verdict::permerror);
  EXPECT_EQ(with({std::string(k_rsa)}), Verdict::permerror);
  EXPECT_EQ(with({"v=DKIM1; k=ed25519; p=AAAA"}), Verdict::permerror);
  EXPECT_EQ(with({"p=!"}), Verdict::permerror);
  EXPECT_EQ(with({std::string(k_ed25519) + "; s=other"}), Verdict::permerror);
  EXPECT_EQ(with({std::string(k_ed25519) + "; h=sha1"}), Verdict::permerror);
  EXPECT_EQ(with({"k=ed25519; v=DKIM1; p=11qY"}), Verdict::permerror);
  EXPECT_EQ(with({"something else", std::string(k_ed25519)}), Verdict::pass);
  dns.zone.erase("brisbane._domainkey.football.example.com");
  EXPECT_EQ(first(message), Verdict::permerror);
  brisbane().times_out = true;
  EXPECT_EQ(first(message), Verdict::temperror);
}

TEST_F(DkimVerify, SignaturesThatCannotBeRead) {
  const auto with = [&](std::string_view what, std::string_view now) {
    return first(replaced(message, what, now));
  };
  EXPECT_EQ(with("v=1;", "v=2;"), Verdict::neutral);
  EXPECT_EQ(with("v=1;", "v=1; v=1;"), Verdict::neutral);
  EXPECT_EQ(with("a=ed25519-sha256", "a=rsa-sha1"), Verdict::neutral);
  EXPECT_EQ(with("h=from : to :", "h=to :"), Verdict::fail);  // it still names From further on
  EXPECT_EQ(with("i=@football.example.com", "i=@other.example.com"), Verdict::neutral);
  EXPECT_EQ(with("i=@football", "i=@evilfootball"), Verdict::neutral);
  EXPECT_EQ(with("q=dns/txt", "q=other"), Verdict::neutral);
  EXPECT_EQ(with("c=relaxed/relaxed", "c=relaxed/other"), Verdict::neutral);
  EXPECT_EQ(with("t=1528637909", "t=1528637909; x=1528637909"), Verdict::neutral);
  EXPECT_EQ(with("t=1528637909", "t=1528637909; x=1528637910"), Verdict::fail);
  EXPECT_EQ(with("t=1528637909", "l=9999"), Verdict::fail);
}

TEST_F(DkimVerify, NumberAndTimeAreBounded) {
  std::string many;
  for (int i = 0; i < 50; ++i) many += "DKIM-Signature: v=1\r\n";
  EXPECT_EQ(outcomes(many + message).size(), k_most_signatures);
  const auto got = outcomes(message, std::chrono::steady_clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(got.at(0).verdict, Verdict::temperror);
  EXPECT_EQ(dns.questions, 0U);
  EXPECT_TRUE(outcomes("From: a@b.test\r\n\r\nx\r\n").empty());
  EXPECT_TRUE(outcomes("").empty());
  EXPECT_TRUE(outcomes("\r\n").empty());
}

}  // namespace
}  // namespace kontor::filter::dkim
