// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/filter/screening/greylist.hpp"

#include <gtest/gtest.h>

namespace kontor::filter::screening {
namespace {

using namespace std::chrono_literals;

UtcSeconds at(std::chrono::seconds since) {
  return UtcSeconds(std::chrono::seconds(1'790'000'000) + since);
}

struct GreylistTest : ::testing::Test {
  config::Screening settings;
  IpAddress client = *parse_ip_address("192.0.2.10");
  Greylist list{settings};

  auto judge(std::chrono::seconds when,
             const std::string& sender = "a@there.test",
             const std::string& recipient = "anna@example.test") {
    return list.judge(client, sender, recipient, at(when));
  }
};

TEST_F(GreylistTest, AFirstMailWaitsItsTime) {
  EXPECT_EQ(judge(0s), 300s);
  EXPECT_EQ(judge(100s), 200s);
  EXPECT_EQ(judge(299s), 1s);
  EXPECT_EQ(judge(300s), std::nullopt);
}

TEST_F(GreylistTest, WhoCameAgainIsKnownForAllRecipientsAndNeighbours) {
  judge(0s);
  EXPECT_EQ(judge(301s), std::nullopt);
  EXPECT_EQ(judge(302s, "other@THERE.test", "boris@example.test"), std::nullopt);
  client = *parse_ip_address("192.0.2.200");
  EXPECT_EQ(judge(303s, "a@there.test", "clara@example.test"), std::nullopt);
  EXPECT_EQ(judge(304s, "a@elsewhere.test"), 300s);
  client = *parse_ip_address("192.0.3.1");
  EXPECT_EQ(judge(305s), 300s);
}

TEST_F(GreylistTest, ARetryTooLateIsAFirstOne) {
  judge(0s);
  EXPECT_EQ(judge(86'401s), 300s);
  EXPECT_EQ(judge(86'401s + 300s), std::nullopt);
}

TEST_F(GreylistTest, WhoSendsNoMoreIsForgotten) {
  judge(0s);
  judge(300s);
  const auto keep = settings.greylist_keep;
  EXPECT_EQ(judge(300s + keep), std::nullopt);  // and is known from here on
  EXPECT_EQ(judge(300s + 2 * keep), std::nullopt);
  EXPECT_EQ(judge(300s + 3 * keep + 1s), 300s);
}

TEST_F(GreylistTest, NumberedSendersAreOne) {
  EXPECT_EQ(judge(0s, "bounce-4711-12@list.test"), 300s);
  EXPECT_EQ(judge(300s, "Bounce-4712-9@list.test"), std::nullopt);
  EXPECT_EQ(judge(301s, ""), 300s);  // of a notice
  EXPECT_EQ(judge(601s, ""), std::nullopt);
}

TEST_F(GreylistTest, LastsOverARestart) {
  judge(0s);
  judge(0s, "b@slow.test");
  judge(300s);
  const auto bytes = list.take_changed();
  ASSERT_TRUE(bytes);
  EXPECT_FALSE(list.take_changed());
  Greylist again(settings);
  ASSERT_TRUE(again.load(*bytes, at(400s)));
  EXPECT_EQ(again.size(), 2U);
  EXPECT_EQ(again.judge(client, "a@there.test", "x@example.test", at(400s)), std::nullopt);
  EXPECT_EQ(again.judge(client, "b@slow.test", "anna@example.test", at(400s)), std::nullopt);
  Greylist late(settings);
  ASSERT_TRUE(late.load(*bytes, at(300s + settings.greylist_keep + 1s)));
  EXPECT_EQ(late.size(), 0U);
}

TEST_F(GreylistTest, EveryDamageOfTheFileIsFound) {
  judge(0s);
  judge(300s);
  const auto bytes = *list.take_changed();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    Greylist again(settings);
    EXPECT_FALSE(again.load(damaged, at(300s))) << i;
    EXPECT_FALSE(again.load(bytes.substr(0, i), at(300s))) << i;
    EXPECT_EQ(again.size(), 0U);
  }
}

TEST_F(GreylistTest, IsBoundedAndKeepsWhoIsKnown) {
  Greylist small(settings, 100);
  EXPECT_EQ(small.judge(client, "a@there.test", "anna@example.test", at(0s)), 300s);
  EXPECT_EQ(small.judge(client, "a@there.test", "anna@example.test", at(300s)), std::nullopt);
  for (int i = 0; i < 1'000; ++i) {
    const auto sender =
        std::string(1, static_cast<char>('a' + i % 26)) + "@d" + std::to_string(i) + ".test";
    EXPECT_EQ(small.judge(client, sender, "anna@example.test", at(301s + std::chrono::seconds(i))),
              300s);
    EXPECT_LE(small.size(), 101U);
  }
  EXPECT_EQ(small.judge(client, "a@there.test", "x@example.test", at(2'000s)), std::nullopt);
  EXPECT_EQ(small.judge(client, "l@d999.test", "anna@example.test", at(2'000s)), std::nullopt);
}

}  // namespace
}  // namespace kontor::filter::screening
