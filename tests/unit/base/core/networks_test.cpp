// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/networks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kontor {
namespace {

using namespace std::string_literals;

TEST(Networks, AddressesAndTheirText) {
  const std::pair<std::string, std::string> rows[] = {
      {"10.0.0.1", "10.0.0.1"},
      {"::ffff:10.0.0.1", "10.0.0.1"},
      {"::FFFF:0a00:0001", "10.0.0.1"},
      {"2001:DB8:0:0::1", "2001:db8::1"},
      {"::1", "::1"},
      {"::", "::"},
  };
  for (const auto& [written, text] : rows) {
    const auto address = parse_ip_address(written);
    ASSERT_TRUE(address.has_value()) << written;
    EXPECT_EQ(address->text(), text);
  }
  for (const auto& text :
       {""s, "unix"s, "10.0.0"s, "10.0.0.256"s, "010.0.0.1"s, "10.0.0.1 "s, "fe80::1%eth0"s,
        "[::1]"s, "::1\0"s, "10.0.0.1\0.2"s, std::string(1'000, '1'), ":::"s, "1:2:3:4:5:6:7:8:9"s})
    EXPECT_FALSE(parse_ip_address(text).has_value()) << text;
}

TEST(Networks, OneNetworkHoldsWhatItSays) {
  struct Row {
    std::string network;
    std::vector<std::string> inside, outside;
  };
  const Row rows[] = {
      {"10.0.0.0/8",
       {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"},
       {"9.255.255.255", "11.0.0.0", "::10.1.2.3", "unix", ""}},
      {"192.168.1.1-192.168.1.11",
       {"192.168.1.1", "192.168.1.11", "192.168.1.5"},
       {"192.168.1.0", "192.168.1.12", "192.168.11.1"}},
      {"192.168.1.9 - 192.168.1.11", {"192.168.1.10"}, {"192.168.1.12"}},
      {"203.0.113.7", {"203.0.113.7"}, {"203.0.113.6", "203.0.113.8"}},
      {"0.0.0.0/0", {"0.0.0.0", "255.255.255.255"}, {"::1", "2001:db8::1"}},
      {"::/0", {"::1", "2001:db8::1", "ffff::"}, {"10.0.0.1", "::ffff:10.0.0.1"}},
      {"2001:db8::/32", {"2001:db8:ffff::1"}, {"2001:db9::"}},
      {"2001:db8::8-2001:db8::10", {"2001:db8::9", "2001:db8::f"}, {"2001:db8::11"}},
      {"::ffff:10.0.0.0/104", {"10.9.9.9"}, {"11.0.0.0"}},
      {"::/80", {"::1", "::fffe:ffff:ffff"}, {"10.0.0.1", "255.255.255.255"}},
      {"10.0.0.1/32", {"10.0.0.1"}, {"10.0.0.2"}},
      {"127.0.0.0/8", {"127.0.0.1"}, {"::1"}},
  };
  for (const auto& row : rows) {
    const auto list = NetworkList::parse({row.network});
    ASSERT_TRUE(list.has_value()) << row.network << ": " << list.error().detail();
    for (const auto& address : row.inside) EXPECT_TRUE(list->contains(address)) << address;
    for (const auto& address : row.outside) EXPECT_FALSE(list->contains(address)) << address;
  }
}

TEST(Networks, MistakesAreNamedInASentence) {
  const std::pair<std::string, std::string> rows[] = {
      {"10.0.0.1/8", "\"10.0.0.1/8\": the address has bits behind its prefix; write 10.0.0.0/8"},
      {"10.0.0.0/33", "\"10.0.0.0/33\": a prefix is a number up to 32"},
      {"::/129", "\"::/129\": a prefix is a number up to 128"},
      {"10.0.0.0/", "\"10.0.0.0/\": a prefix is a number up to 32"},
      {"10.0.0.0/-1", "\"10.0.0.0/-1\": a prefix is a number up to 32"},
      {"10.0.0.9-10.0.0.1", "\"10.0.0.9-10.0.0.1\" ends before it begins"},
      {"10.0.0.9-::1", "\"10.0.0.9-::1\" goes from one family of addresses to the other"},
      {"office", "\"office\" is not an IPv4 or IPv6 address"},
      {"", "\"\" is not an IPv4 or IPv6 address"},
      {"10.0.0.0/8/9", "\"10.0.0.0/8/9\": a prefix is a number up to 32"},
  };
  for (const auto& [text, sentence] : rows) {
    const auto parsed = parse_network(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().detail(), sentence);
  }
  EXPECT_FALSE(NetworkList::parse({"10.0.0.0/8", "x"}).has_value());
}

// A list answers as its networks one by one do, whatever they share.
TEST(Networks, OverlappingNetworksHideNone) {
  const std::vector<std::string> texts = {
      "::/0",          "10.0.0.0/8", "10.1.0.0/16",      "10.1.2.3",     "2001::/16",
      "2001:db8::/32", "11.0.0.0/8", "9.0.0.0-10.0.0.5", "192.0.2.0/24", "fe80::/10"};
  const auto list = NetworkList::parse(texts);
  ASSERT_TRUE(list.has_value());
  for (const auto* address :
       {"8.255.255.255", "9.0.0.0", "10.0.0.6", "10.1.2.3", "10.255.0.0", "11.255.255.255",
        "12.0.0.0", "192.0.2.1", "192.0.3.0", "::", "2001:db8::1", "2002::", "3000::", "fe80::1"}) {
    bool expected = false;
    for (const auto& text : texts)
      expected = expected || parse_network(text)->contains(*parse_ip_address(address));
    EXPECT_EQ(list->contains(address), expected) << address;
  }
  EXPECT_TRUE(NetworkList().empty());
  EXPECT_FALSE(NetworkList().contains("10.0.0.1"));
}

TEST(Networks, TheNetworkOfAnAddress) {
  EXPECT_EQ(parse_ip_address("2001:db8:1:2:3:4:5:6")->network(64).text(), "2001:db8:1:2::");
  EXPECT_EQ(parse_ip_address("10.1.2.3")->network(32).text(), "10.1.2.3");
  EXPECT_EQ(parse_ip_address("10.1.2.3")->network(8).text(), "10.0.0.0");
  EXPECT_EQ(parse_ip_address("10.1.2.3")->network(0).text(), "0.0.0.0");
  EXPECT_EQ(parse_ip_address("2001:db8::1")->network(128).text(), "2001:db8::1");
}

}  // namespace
}  // namespace kontor
