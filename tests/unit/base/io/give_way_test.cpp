// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/give_way.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace kontor::io {
namespace {

using std::chrono::milliseconds;

TEST(Pace, RestsWhileTheOthersHaveWork) {
  EXPECT_EQ(Pace::rest(milliseconds(20), milliseconds(20), milliseconds(20)), milliseconds(0));
  EXPECT_EQ(Pace::rest(milliseconds(20), milliseconds(25), milliseconds(20)), milliseconds(0));
  EXPECT_EQ(Pace::rest(milliseconds(20), milliseconds(26), milliseconds(20)), milliseconds(40));
  EXPECT_EQ(Pace::rest(milliseconds(20), milliseconds(110), milliseconds(60)), milliseconds(40));
}

TEST(Pace, DoesNotRestForLong) {
  EXPECT_EQ(Pace::rest(milliseconds(500), milliseconds(900), milliseconds(600)),
            Pace::k_longest_rest);
}

TEST(Pace, AloneItGoesOn) {
  Pace pace;
  const auto cpu = [] { return std::clock(); };
  const auto begin = cpu();
  std::size_t steps = 0;
  while (cpu() - begin < CLOCKS_PER_SEC / 20) {
    pace.step();
    ++steps;
  }
  EXPECT_GT(steps, 100U);
}

}  // namespace
}  // namespace kontor::io
