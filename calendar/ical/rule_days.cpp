// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/rule_days.hpp"

#include <algorithm>
#include <numeric>

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr auto contains(const std::vector<int>& list, int value) {
  return std::ranges::binary_search(list, value);
}

local_days last_of_month(const year_month_day& date) {
  return local_days(year_month_day_last(date.year(), month_day_last(date.month())));
}

}  // namespace

RuleDays::RuleDays(const Rule& rule, local_days start)
    : rule_(rule), months_(rule.by_month), month_days_(rule.by_month_day), weekdays_(rule.by_day) {
  const year_month_day date(start);
  const bool says_days =
      !rule.by_year_day.empty() || !rule.by_month_day.empty() || !rule.by_day.empty();
  if (!says_days) {
    if (rule.frequency == Frequency::weekly || !rule.by_week.empty()) {
      weekdays_.push_back({weekday(start), 0});
    } else if (rule.frequency == Frequency::yearly || rule.frequency == Frequency::monthly) {
      month_days_.push_back(static_cast<int>(static_cast<unsigned>(date.day())));
      if (rule.frequency == Frequency::yearly && months_.empty())
        months_.push_back(static_cast<int>(static_cast<unsigned>(date.month())));
    }
  }
  if (months_.empty()) {
    months_.resize(12);
    std::iota(months_.begin(), months_.end(), 1);
  }
  month_mask_ = 0;
  for (const int month : months_) month_mask_ |= 1U << month;
}

bool RuleDays::has(local_days day) const {
  const year_month_day date(day);
  if (((month_mask_ >> static_cast<unsigned>(date.month())) & 1U) == 0) return false;
  return has_month_day(date) && has_weekday(day, date) && has_year_day(day, date) && has_week(day);
}

bool RuleDays::has_month_day(const year_month_day& date) const {
  if (month_days_.empty()) return true;
  const int number = static_cast<int>(static_cast<unsigned>(date.day()));
  if (contains(month_days_, number)) return true;
  if (month_days_.front() > 0) return false;
  const int last = static_cast<int>(
      static_cast<unsigned>(year_month_day_last(date.year(), month_day_last(date.month())).day()));
  return contains(month_days_, number - last - 1);
}

bool RuleDays::has_weekday(local_days day, const year_month_day& date) const {
  if (weekdays_.empty()) return true;
  const weekday today(day);
  const bool in_month = rule_.frequency == Frequency::monthly ||
                        (rule_.frequency == Frequency::yearly && !rule_.by_month.empty());
  const bool numbered = in_month || (rule_.frequency == Frequency::yearly && rule_.by_week.empty());
  for (const auto& one : weekdays_) {
    if (one.day != today) continue;
    if (one.number == 0 || !numbered) return true;
    const local_days first = in_month ? local_days(date.year() / date.month() / 1)
                                      : local_days(date.year() / January / 1);
    const local_days last =
        in_month ? last_of_month(date) : local_days(date.year() / December / 31);
    const auto number =
        one.number > 0 ? (day - first).count() / 7 + 1 : -((last - day).count() / 7 + 1);
    if (number == one.number) return true;
  }
  return false;
}

bool RuleDays::has_year_day(local_days day, const year_month_day& date) const {
  if (rule_.by_year_day.empty()) return true;
  const auto number = static_cast<int>((day - local_days(date.year() / January / 1)).count()) + 1;
  const int length = date.year().is_leap() ? 366 : 365;
  return contains(rule_.by_year_day, number) || contains(rule_.by_year_day, number - length - 1);
}

local_days RuleDays::week_begin(local_days day) const {
  return day - (weekday(day) - rule_.week_start);
}

// Week 1 has at least four days of the new year, so that it holds the fourth of January.
bool RuleDays::has_week(local_days day) const {
  if (rule_.by_week.empty() || rule_.frequency != Frequency::yearly) return true;
  const local_days begin = week_begin(day);
  const year of = year_month_day(begin + days(3)).year();
  const local_days first = week_begin(local_days(of / January / 4));
  const local_days after = week_begin(local_days((of + years(1)) / January / 4));
  const auto number = static_cast<int>((begin - first).count() / 7) + 1;
  const auto count = static_cast<int>((after - first).count() / 7);
  return contains(rule_.by_week, number) || contains(rule_.by_week, number - count - 1);
}

}  // namespace kontor::calendar
