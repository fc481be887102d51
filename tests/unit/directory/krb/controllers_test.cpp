// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/controllers.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/core/text.hpp"
#include "directory/krb/profile.hpp"

namespace kontor::directory {
namespace {

TEST(Controllers, AreNamedInTheSettings) {
  struct Row {
    const char* text;
    const char* host;  // nullptr: refused
    int port;
  };
  for (const Row& row :
       {Row{"dc1.example.com", "dc1.example.com", 389}, Row{" dc1 ", "dc1", 389},
        Row{"ldap://dc1/", "dc1", 389}, Row{"dc1:3389", "dc1", 3389}, Row{"[::1]:390", "::1", 390},
        Row{"[::1]", "::1", 389}, Row{"", nullptr, 0}, Row{"dc1:", nullptr, 0},
        Row{"dc1:0", nullptr, 0}, Row{"dc1:99999", nullptr, 0}, Row{"[::1", nullptr, 0},
        Row{"a b", nullptr, 0}, Row{"user@dc1", nullptr, 0}, Row{"ldaps://dc1", nullptr, 0}}) {
    const auto controller = parse_controller(row.text);
    ASSERT_EQ(controller.has_value(), row.host != nullptr) << row.text;
    if (!controller) continue;
    EXPECT_EQ(controller->host, row.host) << row.text;
    EXPECT_EQ(controller->ldap_port, row.port) << row.text;
  }
}

TEST(Controllers, LdapsIsRefusedWithWhatToUse) {
  const auto refused = parse_controller("ldaps://dc1.example.com");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Errc::unsupported);
  EXPECT_NE(refused.error().detail().find("StartTLS"), std::string::npos);
}

// RFC 2782: lower priorities first; within one, by weight.
TEST(Controllers, SrvRecordsAreDrawnByPriorityAndWeight) {
  std::minstd_rand random(1);
  std::map<std::string, int> first;
  for (int i = 0; i < 2'000; ++i) {
    const auto ordered =
        order_srv({{10, 0, 389, "spare"}, {0, 30, 389, "big"}, {0, 10, 389, "small"}}, random);
    ASSERT_EQ(ordered.size(), 3U);
    EXPECT_EQ(ordered[2].target, "spare");
    ++first[ordered[0].target];
  }
  EXPECT_GT(first["big"], 1'300);
  EXPECT_GT(first["small"], 300);
  EXPECT_EQ(first.count("spare"), 0U);
  EXPECT_TRUE(order_srv({}, random).empty());
}

// One SRV record: 0 100 389 dc1.a.b, the name of the question compressed.
const std::string k_answer = hex_decode(
                                 "123481800001000100000000"
                                 "055f6c646170045f746370016101620000210001"
                                 "c00c0021000100000384000f0000006401850364633101610162"
                                 "00")
                                 .value_or("");

TEST(Controllers, SrvAnswersAreRead) {
  const auto records = parse_srv_answer(k_answer);
  ASSERT_TRUE(records) << records.error().text();
  ASSERT_EQ(records->size(), 1U);
  EXPECT_EQ(records->front().target, "dc1.a.b");
  EXPECT_EQ(records->front().port, 389);
  EXPECT_EQ(records->front().weight, 100);
}

TEST(Controllers, DamagedAnswersAreRefused) {
  for (std::size_t size = 0; size < k_answer.size(); ++size)
    EXPECT_FALSE(parse_srv_answer(std::string_view(k_answer).substr(0, size))) << size;
  for (std::size_t i = 0; i < k_answer.size(); ++i) {
    std::string changed = k_answer;
    changed[i] = '\xff';
    (void)parse_srv_answer(changed);  // whatever it says, within its bytes (sanitizers watch)
  }
}

// The settings name them in order of preference: one that failed comes last until it answers.
TEST(Controllers, FailedOnesAreAskedLastUntilTheyAnswer) {
  config::ActiveDirectory settings;
  settings.controllers = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
  Controllers controllers(settings);
  ASSERT_TRUE(controllers.refresh());
  const auto order = [&controllers] {
    std::vector<std::string> hosts;
    for (const auto& one : controllers.in_order()) hosts.push_back(one.host.substr(8));
    return join(hosts, "");
  };
  EXPECT_EQ(order(), "123");
  controllers.answered("127.0.0.2");
  EXPECT_EQ(order(), "123");
  controllers.failed("127.0.0.2");
  EXPECT_EQ(order(), "132");
  controllers.failed("127.0.0.1");
  EXPECT_EQ(order(), "312");
  controllers.failed("127.0.0.3");  // all have failed: only the last to do so waits
  EXPECT_EQ(order(), "123");
  controllers.answered("127.0.0.3");
  EXPECT_EQ(order(), "123");
}

TEST(Controllers, TheNearerOneIsWorthLookingFor) {
  config::ActiveDirectory settings;
  settings.controllers = {"127.0.0.1", "127.0.0.2"};
  Controllers controllers(settings);
  ASSERT_TRUE(controllers.refresh());
  EXPECT_FALSE(controllers.nearer_than("127.0.0.1"));
  ASSERT_TRUE(controllers.nearer_than("127.0.0.2"));
  EXPECT_EQ(controllers.nearer_than("127.0.0.2")->host, "127.0.0.1");
  EXPECT_FALSE(controllers.nearer_than("elsewhere"));
  EXPECT_EQ(controllers.other_than("127.0.0.1")->host, "127.0.0.2");
  settings.controllers = {"127.0.0.1"};
  Controllers alone(settings);
  ASSERT_TRUE(alone.refresh());
  EXPECT_FALSE(alone.other_than("127.0.0.1").has_value());
}

TEST(Controllers, AWrongNameAmongThemIsToldByEveryRefresh) {
  config::ActiveDirectory settings;
  settings.controllers = {"127.0.0.1", "ldaps://x"};
  Controllers controllers(settings);
  EXPECT_EQ(controllers.refresh().error().code(), Errc::unsupported);
  EXPECT_TRUE(controllers.in_order().empty());
}

TEST(KerberosProfile, NamesRealmAndDomainAndNeverAsksDns) {
  config::ActiveDirectory settings;
  settings.domain = "Ad.Example.test";
  EXPECT_EQ(realm_of(settings), "AD.EXAMPLE.TEST");
  const auto text = kerberos_profile(settings);
  settings.more_domains = {"Other.test"};
  EXPECT_NE(kerberos_profile(settings).find("  OTHER.TEST = {\n"), std::string::npos);
  EXPECT_NE(kerberos_profile(settings).find(".other.test = OTHER.TEST\n"), std::string::npos);
  for (const char* line : {"default_realm = AD.EXAMPLE.TEST\n", "rdns = false\n",
                           "dns_canonicalize_hostname = false\n", "dns_lookup_kdc = false\n",
                           ".ad.example.test = AD.EXAMPLE.TEST\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

}  // namespace
}  // namespace kontor::directory
