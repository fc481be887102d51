// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/values.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

// `count` digits at the beginning of `text`, taken off it.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto number = parse_number<unsigned>(text.substr(0, count));
  if (number) text.remove_prefix(count);
  return number;
}

std::optional<LocalSeconds> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  const auto m = y ? take_digits(text, 2) : std::nullopt;
  const auto d = m ? take_digits(text, 2) : std::nullopt;
  if (!d || *y < 1) return std::nullopt;
  const year_month_day date(year(static_cast<int>(*y)), month(*m), day(*d));
  if (!date.ok()) return std::nullopt;
  return LocalSeconds(local_days(date));
}

std::optional<seconds> take_clock(std::string_view& text) {
  const auto h = take_digits(text, 2);
  const auto m = h ? take_digits(text, 2) : std::nullopt;
  const auto s = m ? take_digits(text, 2) : std::nullopt;
  if (!s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(std::min(*s, 59U));
}

std::string date_text(LocalSeconds time) {
  const year_month_day date(floor<days>(time));
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

std::optional<DateTime> read_date_time(std::string_view value, std::string_view tzid) {
  value = trim(value);
  const auto day = take_date(value);
  if (!day) return std::nullopt;
  if (value.empty()) return DateTime{.form = TimeForm::date, .local = *day, .tzid = {}};
  if (ascii_upper(value.front()) != 'T') return std::nullopt;
  value.remove_prefix(1);
  const auto clock = take_clock(value);
  if (!clock) return std::nullopt;
  const LocalSeconds local = *day + *clock;
  if (value == "Z" || value == "z")
    return DateTime{.form = TimeForm::utc, .local = local, .tzid = {}};
  if (!value.empty()) return std::nullopt;
  if (tzid.empty()) return DateTime{.form = TimeForm::floating, .local = local, .tzid = {}};
  return DateTime{.form = TimeForm::zoned, .local = local, .tzid = std::string(tzid)};
}

std::optional<DateTime> read_date_time(const Property& property) {
  return read_date_time(property.value, property.parameter("TZID"));
}

std::optional<Duration> read_duration(std::string_view value) {
  constexpr std::int64_t k_longest = std::int64_t{36525} * 86400;
  value = trim(value);
  const bool negative = value.starts_with('-');
  if (negative || value.starts_with('+')) value.remove_prefix(1);
  if (value.empty() || ascii_upper(value.front()) != 'P') return std::nullopt;
  value.remove_prefix(1);
  std::int64_t whole_days = 0;
  std::int64_t exact = 0;
  bool in_time = false;
  bool any = false;
  while (!value.empty()) {
    if (ascii_upper(value.front()) == 'T' && !in_time) {
      in_time = true;
      value.remove_prefix(1);
      continue;
    }
    const auto digits = value.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto number = parse_number<std::uint32_t>(value.substr(0, digits));
    if (!number) return std::nullopt;
    const std::int64_t n = *number;
    switch (ascii_upper(value[digits])) {
      case 'W':
        whole_days += n * 7;
        break;
      case 'D':
        whole_days += n;
        break;
      case 'H':
        exact += n * 3600;
        break;
      case 'M':
        exact += n * 60;
        break;
      case 'S':
        exact += n;
        break;
      default:
        return std::nullopt;
    }
    const bool of_day = ascii_upper(value[digits]) == 'W' || ascii_upper(value[digits]) == 'D';
    if (of_day == in_time || whole_days * 86400 + exact > k_longest) return std::nullopt;
    any = true;
    value.remove_prefix(digits + 1);
  }
  if (!any) return std::nullopt;
  const int sign = negative ? -1 : 1;
  return Duration{days(sign * whole_days), seconds(sign * exact)};
}

std::optional<seconds> read_utc_offset(std::string_view value) {
  value = trim(value);
  if (value.empty() || (value.front() != '+' && value.front() != '-')) return std::nullopt;
  const int sign = value.front() == '-' ? -1 : 1;
  value.remove_prefix(1);
  const auto h = take_digits(value, 2);
  const auto m = h ? take_digits(value, 2) : std::nullopt;
  const auto s = m && !value.empty() ? take_digits(value, 2) : std::optional<unsigned>(0);
  if (!m || !s || !value.empty() || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  return sign * (hours(*h) + minutes(*m) + seconds(*s));
}

std::string write_date(LocalSeconds day) { return date_text(day); }

std::string write_local(LocalSeconds time) {
  const hh_mm_ss clock(time - floor<days>(time));
  return date_text(time) + fmt::format("T{:02}{:02}{:02}", clock.hours().count(),
                                       clock.minutes().count(), clock.seconds().count());
}

std::string write_utc(UtcSeconds time) {
  return write_local(LocalSeconds(time.time_since_epoch())) + "Z";
}

std::string write_date_time(const DateTime& value) {
  if (value.is_date()) return write_date(value.local);
  return write_local(value.local) + (value.form == TimeForm::utc ? "Z" : "");
}

Property date_time_property(std::string_view name, const DateTime& value) {
  Property property{.name = std::string(name), .value = write_date_time(value)};
  if (value.is_date()) property.set("VALUE", "DATE");
  if (value.form == TimeForm::zoned) property.set("TZID", value.tzid);
  return property;
}

std::string write_duration(seconds duration) {
  std::string out = duration < seconds(0) ? "-P" : "P";
  const auto left = std::chrono::abs(duration);
  const auto whole = floor<days>(left);
  const hh_mm_ss clock(left - whole);
  if (whole.count() > 0) out += std::to_string(whole.count()) + "D";
  if (left == whole) return whole.count() > 0 ? out : out + "T0S";
  out += "T";
  if (clock.hours().count() > 0) out += std::to_string(clock.hours().count()) + "H";
  if (clock.minutes().count() > 0) out += std::to_string(clock.minutes().count()) + "M";
  if (clock.seconds().count() > 0) out += std::to_string(clock.seconds().count()) + "S";
  return out;
}

}  // namespace kontor::calendar
