// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/screening_rules.hpp"

#include <gtest/gtest.h>

namespace kontor::config {
namespace {

TEST(DnsListRow, IsAZoneWithTheAnswersThatCount) {
  const auto plain = parse_dns_list(" BL.example.org ");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->zone, "bl.example.org");
  EXPECT_TRUE(plain->codes.empty());
  const auto chosen = parse_dns_list("bl.example.org=127.0.0.2, 127.0.0.4-127.0.0.11");
  ASSERT_TRUE(chosen);
  ASSERT_EQ(chosen->codes.size(), 2U);
  EXPECT_EQ(chosen->codes[1].last.text(), "127.0.0.11");
}

TEST(DnsListRow, SaysWhatIsWrong) {
  for (const auto* row :
       {"", "example", "bl example.org", "bl..example.org", "bl.example.org=", "bl.example.org=2",
        "bl.example.org=10.0.0.1", "bl.example.org=126.0.0.1-127.0.0.1", "bl.example.org=::1"}) {
    const auto list = parse_dns_list(row);
    ASSERT_FALSE(list) << row;
    EXPECT_FALSE(list.error().detail().empty()) << row;
  }
}

TEST(PeerRows, NameNetworksServersAndSenders) {
  const auto list = PeerList::parse({"192.0.2.0/24", "2001:db8::/32", "Example.com", ".below.test",
                                     "@spam.test", "Boss@Firm.test", "юля@почта.test"});
  ASSERT_TRUE(list) << list.error().detail();
  EXPECT_TRUE(list->has_address("192.0.2.77"));
  EXPECT_TRUE(list->has_address("2001:db8::1"));
  EXPECT_FALSE(list->has_address("192.0.3.1"));
  EXPECT_TRUE(list->has_name("example.com"));
  EXPECT_TRUE(list->has_name("mx1.EXAMPLE.com"));
  EXPECT_TRUE(list->has_name("a.below.test"));
  EXPECT_FALSE(list->has_name("badexample.com"));
  EXPECT_FALSE(list->has_name("com"));
  EXPECT_FALSE(list->has_name(""));
  EXPECT_TRUE(list->has_sender("anybody@SPAM.test"));
  EXPECT_TRUE(list->has_sender("boss@firm.test"));
  EXPECT_TRUE(list->has_sender("юля@почта.test"));
  EXPECT_FALSE(list->has_sender("clerk@firm.test"));
  EXPECT_FALSE(list->has_sender("example.com"));
  EXPECT_FALSE(list->has_sender(""));
}

TEST(PeerRows, SayWhatIsWrong) {
  for (const auto* row : {"192.0.2.1/24", "a b", "name@", "a,b@c.test", "-/-", "x..y", ""}) {
    const auto list = PeerList::parse({row});
    ASSERT_FALSE(list) << row;
    EXPECT_FALSE(list.error().detail().empty()) << row;
  }
}

}  // namespace
}  // namespace kontor::config
