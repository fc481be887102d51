// SPDX-License-Identifier: GPL-3.0-or-later
// Values of iCalendar: DATE, DATE-TIME, DURATION, PERIOD, UTC-OFFSET (RFC 5545, 3.3). Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/time.hpp"
#include "calendar/text/component.hpp"

namespace kontor::calendar {

using LocalSeconds = std::chrono::local_seconds;

// [begin, end)
struct TimeRange {
  UtcSeconds begin;
  UtcSeconds end;
  bool operator==(const TimeRange&) const = default;
};
// What an absent end of a time-range stands for (RFC 4791, 9.9): the years 1 and 9999.
constexpr UtcSeconds k_first_moment{std::chrono::seconds(-62135596800)};
constexpr UtcSeconds k_last_moment{std::chrono::seconds(253402300799)};

enum class TimeForm : unsigned char { date, floating, utc, zoned };

// A DATE or DATE-TIME as it stands in the object: wall clock and zone name.
struct DateTime {
  TimeForm form = TimeForm::floating;
  LocalSeconds local{};  // a date is its midnight
  std::string tzid;      // of `zoned`

  bool is_date() const noexcept { return form == TimeForm::date; }
  bool operator==(const DateTime&) const = default;
};

// A DURATION: days are nominal (a day over a change of DST has 23 or 25 hours), the rest is exact
// (RFC 5545, 3.3.6).
struct Duration {
  std::chrono::days days{};
  std::chrono::seconds seconds{};
  bool operator==(const Duration&) const = default;
};

// "20261122", "20261122T101500", "20261122T101500Z"; years 1 to 9999; a leap second counts as 59.
std::optional<DateTime> read_date_time(std::string_view value, std::string_view tzid = {});
// The value of a property with its TZID; a list value gives nothing.
std::optional<DateTime> read_date_time(const Property& property);
std::optional<Duration> read_duration(std::string_view value);  // sign allowed; at most 100 years
std::optional<std::chrono::seconds> read_utc_offset(std::string_view value);

std::string write_date(LocalSeconds day);            // 20261122
std::string write_local(LocalSeconds time);          // 20261122T101500
std::string write_utc(UtcSeconds time);              // 20261122T101500Z
std::string write_date_time(const DateTime& value);  // without its TZID
// A property of that value: DTSTART;TZID=Europe/Moscow:20261122T101500, DTSTART;VALUE=DATE:20261122
Property date_time_property(std::string_view name, const DateTime& value);
std::string write_duration(std::chrono::seconds duration);

}  // namespace kontor::calendar
