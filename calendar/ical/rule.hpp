// SPDX-License-Identifier: GPL-3.0-or-later
// Recurrence rules (RFC 5545, 3.3.10) over wall clock times. Pure.
//
// A rule is worked off by steps that are counted against a Budget: one for each day, hour, minute
// or second looked at. Rules that never end, never match or repeat each second cost what the budget
// allows, no more.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/values.hpp"

namespace kontor::calendar {

enum class Frequency : unsigned char { secondly, minutely, hourly, daily, weekly, monthly, yearly };

struct WeekdayNumber {
  std::chrono::weekday day;
  int number = 0;  // 0: every one; -1: the last
};

struct Rule {
  Frequency frequency = Frequency::daily;
  std::uint32_t interval = 1;
  std::optional<std::uint32_t> count;
  std::optional<DateTime> until;
  std::chrono::weekday week_start = std::chrono::Monday;
  // Sorted, each value once.
  std::vector<int> by_second, by_minute, by_hour, by_month_day, by_year_day, by_week, by_month,
      by_position;
  std::vector<WeekdayNumber> by_day;
};

// The error is a sentence. Strict about ranges (RFC 5545), lenient about order and case and about a
// part given twice (the last counts); RSCALE (RFC 7529) other than GREGORIAN is refused.
std::expected<Rule, std::string> read_rule(std::string_view value);

struct Budget {
  std::uint64_t steps = 2'000'000;
  bool spent() const noexcept { return steps == 0; }
  bool take(std::uint64_t n = 1) noexcept {
    if (steps < n) return steps = 0, false;
    return steps -= n, true;
  }
};

// The times of a rule in their order, from DTSTART on. DTSTART itself is not added when the rule
// does not match it; callers add it (it always counts, and counts for COUNT).
class RuleTimes {
 public:
  // `until`: the last time allowed, on the wall clock of DTSTART.
  RuleTimes(const Rule& rule,
            LocalSeconds start,
            std::optional<LocalSeconds> until,
            Budget& budget);
  ~RuleTimes();
  RuleTimes(RuleTimes&&) noexcept;

  // Nothing: the rule has ended, the year 9999 is over, or the budget is spent.
  std::optional<LocalSeconds> next();
  // Goes on at the first time that may be at or after `time`; cheap where COUNT is absent.
  void skip_to(LocalSeconds time);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::calendar
