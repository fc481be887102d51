// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/route.hpp"

#include <gtest/gtest.h>

namespace kontor::smtp::client {
namespace {

TEST(Destination, FollowsTheSettings) {
  config::Settings settings;
  const auto key = [&](std::string_view address) { return destination_of(address, settings); };
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
  const auto smart = route_of("relay:smart.example:587", settings);
  EXPECT_EQ(smart.kind, Kind::host);
  EXPECT_EQ(smart.name, "smart.example");
  EXPECT_EQ(smart.port, 587U);
  EXPECT_TRUE(smart.is_smart_host);
  EXPECT_FALSE(route_of("relay:smart.example:25", settings).is_smart_host) << "another port";
  const auto v6 = route_of("relay:[2001:db8::1]:25", settings);
  EXPECT_EQ(v6.name, "2001:db8::1");
  EXPECT_EQ(v6.port, 25U);
  EXPECT_EQ(route_of("example.com", settings).kind, Kind::domain);
  EXPECT_EQ(route_of("[192.0.2.1]", settings).name, "192.0.2.1");
  EXPECT_EQ(route_of("[ipv6:2001:db8::1]", settings).name, "2001:db8::1");
  for (const char* none : {"", "a..b", "[300.1.1.1]", "relay:", "a b", "x\r\ny"})
    EXPECT_EQ(route_of(none, settings).kind, Kind::none) << none;
}

TEST(Route, EveryKeyOfAnAddressIsARoute) {
  config::Settings settings;
  for (const char* host : {"", "smart.example", "10.0.0.1:26", "[::1]:587", "::1"}) {
    settings.queue.smart_host = host;
    for (const char* address : {"a@example.com", "a@[192.0.2.1]", "a@почта.рф"})
      EXPECT_NE(route_of(destination_of(address, settings), settings).kind, Route::Kind::none)
          << address << " by " << host;
  }
}

TEST(Address, OnlyTheDomainIsChanged) {
  EXPECT_EQ(with_ascii_domain("Anna@Example.test"), "Anna@Example.test");
  EXPECT_EQ(with_ascii_domain("анна@почта.рф"), "анна@xn--80a1acny.xn--p1ai");
  EXPECT_EQ(with_ascii_domain("postmaster"), "postmaster");
  EXPECT_EQ(with_ascii_domain(""), "");
}

}  // namespace
}  // namespace kontor::smtp::client
