// SPDX-License-Identifier: GPL-3.0-or-later
// Which days a rule lets through (RFC 5545, 3.3.10, the table of BYxxx parts). Pure.
#pragma once
#include <chrono>
#include <vector>

#include "calendar/ical/rule.hpp"

namespace kontor::calendar {

class RuleDays {
 public:
  // `rule` outlives it. What the rule does not say is taken from the day of `start`.
  RuleDays(const Rule& rule, std::chrono::local_days start);

  bool has(std::chrono::local_days day) const;
  // The months of a year that can have days, 1 to 12; all when BYMONTH is absent.
  const std::vector<int>& months() const noexcept { return months_; }

 private:
  bool has_weekday(std::chrono::local_days day, const std::chrono::year_month_day& date) const;
  bool has_week(std::chrono::local_days day) const;
  bool has_month_day(const std::chrono::year_month_day& date) const;
  bool has_year_day(std::chrono::local_days day, const std::chrono::year_month_day& date) const;
  std::chrono::local_days week_begin(std::chrono::local_days day) const;

  const Rule& rule_;
  std::vector<int> months_;
  unsigned month_mask_ = 0xFFFF;
  std::vector<int> month_days_;
  std::vector<WeekdayNumber> weekdays_;
};

}  // namespace kontor::calendar
