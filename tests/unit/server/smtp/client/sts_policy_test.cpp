// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/sts_policy.hpp"

#include <gmock/gmock.h>

namespace kontor::smtp::client {
namespace {

using ::testing::ElementsAre;

const std::string k_text =
    "version: STSv1\r\nmode: enforce\r\nmx: MX.far.test\r\nmx: *.far.test\r\nmax_age: 604800\r\n";

TEST(StsPolicyText, IsReadAndWrittenAgain) {
  const auto policy = parse_sts_policy(k_text);
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->mode, StsMode::enforce);
  EXPECT_EQ(policy->max_age, std::chrono::seconds(604'800));
  EXPECT_THAT(policy->hosts, ElementsAre("mx.far.test", "*.far.test"));
  EXPECT_EQ(*parse_sts_policy(format_sts_policy(*policy)), *policy);
  // RFC 8461, 3.2: LF alone, what is unknown, and the first of two.
  const auto odd = parse_sts_policy(
      "max_age: 5\nversion: STSv1\nmode: testing\nmode: enforce\nmx: a.test\nsome: thing\n\n");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->mode, StsMode::testing);
  EXPECT_TRUE(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 0"));
}

TEST(StsPolicyText, WhatIsWrongIsRefused) {
  for (const auto* text :
       {"", "version: STSv2\nmode: none\nmax_age: 5", "mode: none\nmax_age: 5",
        "version: STSv1\nmode: strict\nmax_age: 5", "version: STSv1\nmode: none",
        "version: STSv1\nmode: none\nmax_age: -5", "version: STSv1\nmode: none\nmax_age: 99999999",
        "version: STSv1\nmode: enforce\nmax_age: 5", "version: STSv1\nmode: none\nmax_age: 5\n<p>",
        "version: STSv1\nmode: enforce\nmx: *\nmax_age: 5",
        "version: STSv1\nmode: enforce\nmx: a.*.test\nmax_age: 5",
        "version: STSv1\nmode: enforce\nmx: a b.test\nmax_age: 5"})
    EXPECT_FALSE(parse_sts_policy(text)) << text;
  std::string many = "version: STSv1\nmode: enforce\nmax_age: 5\n";
  for (std::size_t i = 0; i <= k_most_sts_hosts; ++i) many += "mx: a.test\n";
  EXPECT_FALSE(parse_sts_policy(many));
}

TEST(StsPolicyText, AStarIsOneLabel) {
  StsPolicy policy;
  policy.hosts = {"mx.far.test", "*.wild.test"};
  EXPECT_TRUE(covers(policy, "mx.far.test"));
  EXPECT_TRUE(covers(policy, "MX.Far.Test"));
  EXPECT_TRUE(covers(policy, "a.wild.test"));
  EXPECT_FALSE(covers(policy, "a.b.wild.test"));
  EXPECT_FALSE(covers(policy, "wild.test"));
  EXPECT_FALSE(covers(policy, ".wild.test"));
  EXPECT_FALSE(covers(policy, "amx.far.test"));
}

TEST(StsRecord, OnlyOneCounts) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(sts_id_of(Texts{"v=spf1 -all", "v=STSv1; id=20160831085700Z;"}), "20160831085700Z");
  EXPECT_EQ(sts_id_of(Texts{"v=STSv1;id=1"}), "1");
  for (const auto& none : {Texts{}, Texts{""}, Texts{"v=STSv1; id=1", "v=STSv1; id=2"},
                           Texts{"v=STSv1; id=a-b"}, Texts{"v=STSv1"}, Texts{"v=STSv10; id=1"},
                           Texts{" v=STSv1; id=1"}, Texts{"v=STSv1; id=" + std::string(33, '1')}})
    EXPECT_EQ(sts_id_of(none), std::nullopt);
}

TEST(StsFile, IsReadAndWrittenAgain) {
  KnownPolicies known;
  known["far.test"] = {"1", UtcSeconds(std::chrono::seconds(1'700'000'000)),
                       *parse_sts_policy(k_text)};
  known["off.test"] = {"2", UtcSeconds(std::chrono::seconds(1)), {}};
  const auto text = format_known(known);
  EXPECT_EQ(text,
            "Kontor MTA-STS policies 1\n"
            "far.test\t1\t1700000000\t604800\tenforce\tmx.far.test,*.far.test\n"
            "off.test\t2\t1\t0\tnone\t\n"
            "end\n");
  EXPECT_EQ(*parse_known(text), known);
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    EXPECT_FALSE(parse_known(text.substr(0, cut))) << cut;
  EXPECT_FALSE(parse_known("Kontor MTA-STS policies 2\nend\n"));
}

}  // namespace
}  // namespace kontor::smtp::client
