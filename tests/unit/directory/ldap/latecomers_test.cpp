// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/latecomers.hpp"

#include <gtest/gtest.h>

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

Uuid number(std::uint8_t value) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = value;
  return Uuid(bytes);
}

TEST(Latecomers, OnlyAnotherDatabaseIsLateAndOnlyForAWhile) {
  Latecomers late;
  const SteadyTime now{1h};
  late.heard(number(1), "a", now);
  EXPECT_TRUE(late.may_be_late(number(1), "b", now + 1min));
  EXPECT_FALSE(late.may_be_late(number(1), "a", now + 1min));
  EXPECT_FALSE(late.may_be_late(number(2), "b", now));
  EXPECT_FALSE(late.may_be_late(number(1), "b", now + k_replication_time));
  EXPECT_EQ(late.late_at("b", now), (std::vector<Uuid>{number(1)}));
  EXPECT_TRUE(late.late_at("a", now).empty());
}

TEST(Latecomers, TheLastWordCounts) {
  Latecomers late;
  const SteadyTime now{1h};
  late.heard(number(1), "a", now);
  late.heard(number(1), "b", now + 1s);  // it has come there
  EXPECT_FALSE(late.may_be_late(number(1), "b", now + 2s));
  late.heard(number(2), "a", now + 2 * k_replication_time);
  EXPECT_TRUE(late.late_at("c", now + 2s).size() == 1);  // the old one is forgotten
}

}  // namespace
}  // namespace kontor::directory
