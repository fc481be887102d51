// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/route.hpp"

#include <gtest/gtest.h>

namespace kontor::smtp::client {
namespace {

TEST(Destination, FollowsTheSettings) {
  config::Settings settings;
  const auto key = [&](std::string_view address) {
    return Routes(settings).destination_of(address);
  };
  EXPECT_EQ(key("a@Example.COM"), "example.com");
  EXPECT_EQ(key("\"a@b\"@example.com"), "example.com");
  EXPECT_EQ(key("a@example.com."), "example.com");
  EXPECT_EQ(key("a@[192.0.2.1]"), "[192.0.2.1]");
  EXPECT_EQ(key("a@ПОЧТА.рф"), "xn--80a1acny.xn--p1ai");
  EXPECT_EQ(key("postmaster"), "");

  settings.domains.remote = {"branch.test = Host.Branch.test:2525", "mx.test", "v6.test=[::1]",
                             "почта.рф=10.0.0.1"};
  settings.queue.smart_host = "Smart.example";
  EXPECT_EQ(key("a@branch.test"), "relay:host.branch.test:2525");
  EXPECT_EQ(key("a@BRANCH.test"), "relay:host.branch.test:2525");
  EXPECT_EQ(key("a@mx.test"), "mx.test") << "by MX, past the smart host";
  EXPECT_EQ(key("a@v6.test"), "relay:[::1]:25");
  EXPECT_EQ(key("a@xn--80a1acny.xn--p1ai"), "relay:10.0.0.1:25");
  EXPECT_EQ(key("a@example.com"), "relay:smart.example:25");
  EXPECT_EQ(key("a@[192.0.2.1]"), "relay:smart.example:25");
}

TEST(Route, IsReadBackFromItsKey) {
  config::Settings settings;
  settings.queue.smart_host = "smart.example:587";
  using Kind = Route::Kind;
  const auto smart = Routes(settings).route_of("relay:smart.example:587");
  EXPECT_EQ(smart.kind, Kind::host);
  EXPECT_EQ(smart.name, "smart.example");
  EXPECT_EQ(smart.port, 587U);
  EXPECT_TRUE(smart.is_smart_host);
  EXPECT_FALSE(Routes(settings).route_of("relay:smart.example:25").is_smart_host) << "another port";
  const auto v6 = Routes(settings).route_of("relay:[2001:db8::1]:25");
  EXPECT_EQ(v6.name, "2001:db8::1");
  EXPECT_EQ(v6.port, 25U);
  EXPECT_EQ(Routes(settings).route_of("example.com").kind, Kind::domain);
  EXPECT_EQ(Routes(settings).route_of("[192.0.2.1]").name, "192.0.2.1");
  EXPECT_EQ(Routes(settings).route_of("[ipv6:2001:db8::1]").name, "2001:db8::1");
  for (const char* none : {"", "a..b", "[300.1.1.1]", "relay:", "a b", "x\r\ny"})
    EXPECT_EQ(Routes(settings).route_of(none).kind, Kind::none) << none;
}

TEST(Route, EveryKeyOfAnAddressIsARoute) {
  config::Settings settings;
  for (const char* host : {"", "smart.example", "10.0.0.1:26", "[::1]:587", "::1"}) {
    settings.queue.smart_host = host;
    for (const char* address : {"a@example.com", "a@[192.0.2.1]", "a@почта.рф"})
      EXPECT_NE(Routes(settings).route_of(Routes(settings).destination_of(address)).kind,
                Route::Kind::none)
          << address << " by " << host;
  }
}

TEST(Route, TheLongestRowThatMeansTheDomainCounts) {
  config::Settings settings;
  settings.queue.smart_host = "smart.example:587";
  settings.domains.remote = {"inner.test=10.0.0.1"};
  settings.queue.routes = {
      "*: tls=require",
      "*.far.test: hosts=a.test,b.test:26 user=u password_file=/p",
      "far.test: hosts=mx rate=5 connections=2 first_retry=1m longest_retry=2m lifetime=1h",
      "x.far.test: hold=yes",
      "*.y.far.test: hosts=mx source=127.0.0.1",
      "inner.test: max_size=1MB",
      "почта.рф: hosts=10.0.0.2",
      "drop.test: drop=yes"};
  const Routes routes(settings);
  const auto key = [&](std::string_view address) { return routes.destination_of(address); };
  EXPECT_EQ(key("a@Far.test"), "far.test by far.test");
  EXPECT_EQ(key("a@b.far.test"), "relay:a.test:25,b.test:26 by *.far.test");
  EXPECT_EQ(key("a@x.far.test"), "relay:smart.example:587 by x.far.test");
  EXPECT_EQ(key("a@y.far.test"), "relay:a.test:25,b.test:26 by *.far.test");
  EXPECT_EQ(key("a@1.y.far.test"), "1.y.far.test by *.y.far.test");
  EXPECT_EQ(key("a@inner.test"), "relay:10.0.0.1:25 by inner.test");
  EXPECT_EQ(key("a@Почта.рф"), "relay:10.0.0.2:25 by xn--80a1acny.xn--p1ai");
  EXPECT_EQ(key("a@nofar.test"), "relay:smart.example:587 by *");
  EXPECT_EQ(key("a@drop.test"), "drop:drop.test");
  EXPECT_EQ(dropped_domain("drop:drop.test"), "drop.test");
  EXPECT_EQ(dropped_domain("drop.test"), "");

  const auto two = routes.route_of(key("a@b.far.test"));
  EXPECT_EQ(two.kind, Route::Kind::host);
  EXPECT_EQ(two.name, "a.test");
  ASSERT_EQ(two.others.size(), 1U);
  EXPECT_EQ(two.others[0].name, "b.test");
  EXPECT_EQ(two.others[0].port, 26U);
  ASSERT_NE(two.rule, nullptr);
  EXPECT_EQ(two.rule->user, "u");
  EXPECT_EQ(&routes.rules()[two.rule_number], two.rule);
  EXPECT_TRUE(routes.route_of(key("a@x.far.test")).is_smart_host);
  EXPECT_EQ(routes.route_of("far.test").rule, nullptr);
  EXPECT_EQ(routes.route_of("far.test by gone.test").rule, nullptr) << "of older settings";
  EXPECT_EQ(routes.route_of("far.test by gone.test").name, "far.test");

  const auto rules = routes.rules_of(key("a@far.test"));
  EXPECT_EQ(rules.route, "far.test");
  EXPECT_EQ(rules.per_minute, 5U);
  EXPECT_EQ(rules.connections, 2U);
  EXPECT_EQ(rules.first_retry, std::chrono::seconds(60));
  EXPECT_EQ(rules.longest_retry, std::chrono::seconds(120));
  EXPECT_EQ(rules.lifetime, std::chrono::seconds(3'600));
  EXPECT_FALSE(rules.is_held);
  EXPECT_TRUE(routes.rules_of(key("a@x.far.test")).is_held);
  EXPECT_TRUE(routes.rules_of("other.test").route.empty());
}

TEST(Address, OnlyTheDomainIsChanged) {
  EXPECT_EQ(with_ascii_domain("Anna@Example.test"), "Anna@Example.test");
  EXPECT_EQ(with_ascii_domain("анна@почта.рф"), "анна@xn--80a1acny.xn--p1ai");
  EXPECT_EQ(with_ascii_domain("postmaster"), "postmaster");
  EXPECT_EQ(with_ascii_domain(""), "");
}

}  // namespace
}  // namespace kontor::smtp::client
