// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/spf/check.hpp"

#include <gtest/gtest.h>

#include "tests/support/run_task.hpp"
#include "tests/support/zone_resolver.hpp"

namespace kontor::filter::spf {
namespace {

class SpfCheck : public ::testing::Test {
 protected:
  Answer ask(std::string_view client, std::string sender, SteadyTime deadline = SteadyTime::max()) {
    Asked asked;
    asked.client = *parse_ip_address(client);
    asked.hello = "mx.hello.test";
    asked.sender = std::move(sender);
    asked.receiver = "mail.here.test";
    asked.deadline = deadline;
    return kontor::testing::run(context, check(asked, dns));
  }
  Verdict verdict(std::string_view client, std::string sender = "anna@a.test") {
    return ask(client, std::move(sender)).verdict;
  }
  void record(const std::string& domain, std::string text) {
    dns.zone[domain].txt.push_back(std::move(text));
  }

  boost::asio::io_context context;
  kontor::testing::ZoneResolver dns;
};

TEST_F(SpfCheck, AddressesOfBothFamilies) {
  record("a.test", "v=spf1 ip4:192.0.2.0/28 ip6:2001:db8::/48 ~ip4:192.0.2.0/24 -all");
  EXPECT_EQ(verdict("192.0.2.15"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.16"), Verdict::softfail);
  EXPECT_EQ(verdict("192.0.3.1"), Verdict::fail);
  EXPECT_EQ(verdict("2001:db8:0:1::1"), Verdict::pass);
  EXPECT_EQ(verdict("2001:db8:1::1"), Verdict::fail);
  EXPECT_EQ(verdict("::ffff:192.0.2.3"), Verdict::pass);
}

TEST_F(SpfCheck, HostsMailHostsAndNames) {
  record("a.test", "v=spf1 a mx ptr:near.test -all");
  dns.zone["a.test"].a = {"192.0.2.1"};
  dns.zone["a.test"].mx = {{10, "mx.a.test"}};
  dns.zone["mx.a.test"].a = {"192.0.2.2"};
  dns.zone["192.0.2.3"].ptr = {"liar.near.test", "one.near.test"};
  dns.zone["liar.near.test"].a = {"192.0.2.99"};
  dns.zone["one.near.test"].a = {"192.0.2.3"};
  dns.zone["192.0.2.4"].ptr = {"one.near.test"};
  EXPECT_EQ(verdict("192.0.2.1"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.2"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.3"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.4"), Verdict::fail);
}

TEST_F(SpfCheck, TheNullPathIsCheckedByItsHello) {
  record("mx.hello.test", "v=spf1 ip4:192.0.2.1 -all exp=why.test");
  record("why.test", "%{s} may not send from %{c}");
  EXPECT_EQ(verdict("192.0.2.1", ""), Verdict::pass);
  const auto answer = ask("192.0.2.2", "");
  EXPECT_EQ(answer.verdict, Verdict::fail);
  EXPECT_EQ(answer.explanation, "postmaster@mx.hello.test may not send from 192.0.2.2");
}

TEST_F(SpfCheck, IncludeAndRedirect) {
  record("a.test", "v=spf1 include:b.test ?include:c.test redirect=d.test");
  record("b.test", "v=spf1 ip4:192.0.2.1 -all");
  record("c.test", "v=spf1 ip4:192.0.2.2 -all");
  record("d.test", "v=spf1 ip4:192.0.2.3 -all");
  EXPECT_EQ(verdict("192.0.2.1"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.2"), Verdict::neutral);
  EXPECT_EQ(verdict("192.0.2.3"), Verdict::pass);
  EXPECT_EQ(verdict("192.0.2.4"), Verdict::fail);
}

TEST_F(SpfCheck, WhatIsMissingOrWrong) {
  EXPECT_EQ(verdict("192.0.2.1", "anna@nobody.test"), Verdict::none);
  EXPECT_EQ(verdict("192.0.2.1", "anna@localhost"), Verdict::none);
  record("two.test", "v=spf1 -all");
  record("two.test", "v=spf1 +all");
  EXPECT_EQ(verdict("192.0.2.1", "anna@two.test"), Verdict::permerror);
  record("gone.test", "v=spf1 include:nobody.test");
  EXPECT_EQ(verdict("192.0.2.1", "anna@gone.test"), Verdict::permerror);
  dns.zone["slow.test"].times_out = true;
  EXPECT_EQ(verdict("192.0.2.1", "anna@slow.test"), Verdict::temperror);
  record("half.test", "v=spf1 a:slow.test +all");
  EXPECT_EQ(verdict("192.0.2.1", "anna@half.test"), Verdict::temperror);
}

TEST_F(SpfCheck, QuestionsAreBounded) {
  record("loop.test", "v=spf1 include:loop.test");
  EXPECT_EQ(verdict("192.0.2.1", "anna@loop.test"), Verdict::permerror);
  EXPECT_LE(dns.questions, 12U);
  record("void.test", "v=spf1 a:x.test a:y.test +all");
  EXPECT_EQ(verdict("192.0.2.1", "anna@void.test"), Verdict::pass);
  record("voids.test", "v=spf1 a:x.test a:y.test a:z.test +all");
  EXPECT_EQ(verdict("192.0.2.1", "anna@voids.test"), Verdict::permerror);
  record("many.test", "v=spf1 mx +all");
  for (std::uint16_t i = 0; i < 11; ++i)
    dns.zone["many.test"].mx.push_back({i, "mx" + std::to_string(i) + ".test"});
  EXPECT_EQ(verdict("192.0.2.1", "anna@many.test"), Verdict::permerror);
}

TEST_F(SpfCheck, TimeIsBounded) {
  record("a.test", "v=spf1 +all");
  const auto over = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  EXPECT_EQ(ask("192.0.2.1", "anna@a.test", over).verdict, Verdict::temperror);
  EXPECT_EQ(dns.questions, 0U);
}

}  // namespace
}  // namespace kontor::filter::spf
