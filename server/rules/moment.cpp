// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/moment.hpp"

#include <fmt/format.h>

#include "base/core/text.hpp"

namespace kontor::rules {
namespace {

// Digits where the pattern has '0', anything it has else.
bool fits(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  return true;
}

unsigned number(std::string_view text, std::size_t at, std::size_t size) {
  return parse_number<unsigned>(text.substr(at, size)).value_or(0);
}

}  // namespace

Result<UtcSeconds> parse_utc(std::string_view text) {
  std::string plain(trim(text));
  if (plain.size() > 10 && plain[10] == ' ') plain[10] = 'T';
  if (plain.ends_with('Z')) plain.pop_back();
  if (plain.size() == 10) plain += "T00:00";
  if (plain.size() == 16) plain += ":00";
  if (fits(plain, "0000-00-00T00:00:00")) {
    const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(number(plain, 0, 4))),
                                          std::chrono::month(number(plain, 5, 2)),
                                          std::chrono::day(number(plain, 8, 2)));
    const auto hour = number(plain, 11, 2), minute = number(plain, 14, 2),
               second = number(plain, 17, 2);
    if (day.ok() && day.year() >= std::chrono::year(1970) && hour < 24 && minute < 60 &&
        second < 60)
      return std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
             std::chrono::seconds(second);
  }
  return fail(Errc::bad_input, "\"" + to_valid_utf8(text) +
                                   "\" is no moment: write 2026-11-02 or 2026-11-02T10:30:00Z");
}

std::string show_utc(UtcSeconds time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace kontor::rules
