// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/values.hpp"

#include <gtest/gtest.h>

namespace kontor::calendar {
namespace {

using namespace std::chrono_literals;

TEST(DateTime, is_read_and_written) {
  for (const auto text : {"20261122", "20261122T101500", "20261122T101500Z", "00010101",
                          "99991231T235959Z", "20240229"}) {
    const auto time = read_date_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(write_date_time(*time), text);
  }
  EXPECT_EQ(read_date_time("20261122T101500", "Europe/Moscow")->form, TimeForm::zoned);
  EXPECT_EQ(read_date_time("20261122T101500Z", "Europe/Moscow")->form, TimeForm::utc);
  EXPECT_EQ(write_date_time(*read_date_time("20161231T235960Z")), "20161231T235959Z");
  for (const auto text :
       {"", "2026", "20260230", "20250229", "00000101", "20261301", "20260101T", "20260101T1015",
        "20260101T101500ZZ", "20260101T240000", "20260101T101561", "2026-01-01", "20260101X"})
    EXPECT_FALSE(read_date_time(text)) << text;
}

TEST(DateTime, is_a_property_with_its_zone) {
  std::string line;
  append_property(
      line, date_time_property("DTSTART", *read_date_time("20261122T101500", "Europe/Moscow")));
  append_property(line, date_time_property("DTEND", *read_date_time("20261122")));
  EXPECT_EQ(line, "DTSTART;TZID=Europe/Moscow:20261122T101500\r\nDTEND;VALUE=DATE:20261122\r\n");
}

TEST(Duration, is_read) {
  const auto is = [](std::string_view text, int days, std::chrono::seconds seconds) {
    const auto read = read_duration(text);
    return read && *read == Duration{std::chrono::days(days), seconds};
  };
  EXPECT_TRUE(is("P15DT5H0M20S", 15, 18020s));
  EXPECT_TRUE(is("P7W", 49, 0s));
  EXPECT_TRUE(is("-PT15M", 0, -900s));
  EXPECT_TRUE(is("+P1D", 1, 0s));
  EXPECT_TRUE(is("PT0S", 0, 0s));
  for (const auto text :
       {"", "P", "PT", "15M", "P1H", "PT1D", "P-1D", "P1", "PTT1H", "P4000000000D", "P999999D"})
    EXPECT_FALSE(read_duration(text)) << text;
  EXPECT_EQ(write_duration(90061s), "P1DT1H1M1S");
  EXPECT_EQ(write_duration(-900s), "-PT15M");
  EXPECT_EQ(write_duration(0s), "PT0S");
  EXPECT_EQ(write_duration(86400s), "P1D");
}

TEST(UtcOffset, is_read) {
  EXPECT_EQ(read_utc_offset("+0300"), 3h);
  EXPECT_EQ(read_utc_offset("-0330"), -(3h + 30min));
  EXPECT_EQ(read_utc_offset("+023017"), 2h + 30min + 17s);
  for (const auto text : {"0300", "+3", "+0360", "+2400", "+030", "+03000"})
    EXPECT_FALSE(read_utc_offset(text)) << text;
}

}  // namespace
}  // namespace kontor::calendar
