// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/rates.hpp"

#include <gtest/gtest.h>

#include "tests/unit/server/fakes.hpp"

namespace kontor::http {
namespace {

using std::chrono::seconds;

struct RatesTest : ::testing::Test {
  config::Http settings;
  testing::FakeClock clock;
  static directory::PrincipalId person(unsigned number) {
    return {"local", *Uuid::parse("00000000-0000-4000-8000-00000000000" + std::to_string(number))};
  }
  // How many are answered at once.
  static int answered(Rates& rates, std::string_view address, int tries = 1000) {
    int out = 0;
    for (int i = 0; i < tries; ++i) out += rates.take_address(address).wait == seconds(0) ? 1 : 0;
    return out;
  }
};

TEST_F(RatesTest, ABucketIsEmptiedAtOnceAndFillsOverAMinute) {
  settings.requests_per_address = 60;
  Rates rates(settings, clock);
  EXPECT_EQ(answered(rates, "192.0.2.1"), 60);
  EXPECT_EQ(rates.take_address("192.0.2.1").wait, seconds(1));
  clock.time += seconds(10);
  EXPECT_EQ(answered(rates, "192.0.2.1"), 10) << "what was refused has taken nothing";
  clock.time += std::chrono::hours(1);
  EXPECT_EQ(answered(rates, "192.0.2.1"), 60) << "no more than a minute's";
}

TEST_F(RatesTest, AddressesAreApartAndNetworksOfIpv6One) {
  settings.requests_per_address = 5;
  settings.unlimited_networks = {"10.0.0.0/8", "2001:db8:9::/48"};
  Rates rates(settings, clock);
  EXPECT_EQ(answered(rates, "192.0.2.1"), 5);
  EXPECT_EQ(answered(rates, "192.0.2.2"), 5);
  EXPECT_EQ(answered(rates, "::ffff:192.0.2.2"), 0) << "the same address in another form";
  EXPECT_EQ(answered(rates, "2001:db8::1"), 5);
  EXPECT_EQ(answered(rates, "2001:db8::ffff:1"), 0);
  EXPECT_EQ(answered(rates, "2001:db8:0:1::1"), 5);
  EXPECT_EQ(answered(rates, "10.1.2.3"), 1000);
  EXPECT_EQ(answered(rates, "2001:db8:9:1::1"), 1000);
}

TEST_F(RatesTest, PeopleAreCountedByThemselves) {
  settings.requests_per_person = 2;
  settings.requests_per_address = 0;
  Rates rates(settings, clock);
  EXPECT_EQ(answered(rates, "192.0.2.1"), 1000);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(rates.take_person(person(1)).wait, seconds(0));
  const auto first = rates.take_person(person(1));
  EXPECT_EQ(first.wait, seconds(30));
  EXPECT_TRUE(first.is_news);
  EXPECT_FALSE(rates.take_person(person(1)).is_news);
  EXPECT_EQ(rates.take_person(person(2)).wait, seconds(0));
  clock.time += seconds(29);
  EXPECT_EQ(rates.take_person(person(1)).wait, seconds(1));
  clock.time += seconds(1);
  EXPECT_EQ(rates.take_person(person(1)).wait, seconds(0));
  clock.time += seconds(29);
  EXPECT_FALSE(rates.take_person(person(1)).is_news);
  clock.time += std::chrono::milliseconds(500);
  EXPECT_EQ(rates.take_person(person(1)).wait, seconds(1)) << "rounded up";
}

TEST_F(RatesTest, TablesAreBounded) {
  settings.requests_per_address = 1;
  Rates rates(settings, clock);
  EXPECT_EQ(answered(rates, "192.0.2.1", 2), 1);
  for (std::size_t i = 0; i < Rates::k_most_addresses; ++i)
    rates.take_address("10." + std::to_string(i >> 16U) + '.' + std::to_string(i >> 8U & 0xFFU) +
                       '.' + std::to_string(i & 0xFFU));
  EXPECT_EQ(answered(rates, "192.0.2.1", 2), 1) << "the one not heard of for longest is forgotten";
}

}  // namespace
}  // namespace kontor::http
