// SPDX-License-Identifier: GPL-3.0-or-later
// Files of days; what is kept in them is tested with who keeps it (DMARC and TLS results).
#include "base/io/daily_tallies.hpp"

#include <gtest/gtest.h>

namespace kontor::io {
namespace {

using namespace std::chrono;

TEST(DailyTallies, NamesOfDaysAreReadAsTheyAreWritten) {
  const Day day = sys_days(2026y / 11 / 23);
  EXPECT_EQ(day_name(day), "20261123");
  EXPECT_EQ(parse_day_name("20261123"), day);
  EXPECT_EQ(parse_day_name("20240229"), Day(2024y / 2 / 29));
  for (const auto* other : {"", "2026112", "202611230", "20261131", "20260229", "00011123",
                            "2026-1-1", "20261123.tmp", "-2026112"})
    EXPECT_FALSE(parse_day_name(other)) << other;
}

}  // namespace
}  // namespace kontor::io
