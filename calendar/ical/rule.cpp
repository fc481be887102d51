// SPDX-License-Identifier: GPL-3.0-or-later
// A rule is a row of frames: years, months, weeks, days or smaller units, `interval` apart. A frame
// has days, and each day the same clock times; the times are never written out, only counted, so
// that a frame of 31 million seconds takes no memory.
#include "calendar/ical/rule.hpp"

#include <algorithm>

#include "calendar/ical/rule_days.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr year k_last_year(9999);

std::vector<int> or_one(const std::vector<int>& list, std::int64_t otherwise) {
  return list.empty() ? std::vector<int>{static_cast<int>(otherwise)} : list;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool holds(const std::vector<int>& list, std::int64_t value) {
  return list.empty() || std::ranges::binary_search(list, static_cast<int>(value));
}

}  // namespace

struct RuleTimes::State {
  State(const Rule& given, LocalSeconds first, std::optional<LocalSeconds> last, Budget& steps)
      : rule(given),
        start(first),
        until(last),
        budget(steps),
        days_of(rule, floor<days>(first)),
        left(rule.count) {
    if (!rule.by_second.empty() && rule.by_second.back() == 60) {  // a leap second is second 59
      rule.by_second.back() = 59;
      rule.by_second.erase(std::ranges::unique(rule.by_second).begin(), rule.by_second.end());
    }
    const hh_mm_ss clock(first - floor<days>(first));
    const bool by_day = rule.frequency >= Frequency::daily;
    hours = by_day ? or_one(rule.by_hour, clock.hours().count()) : std::vector<int>{0};
    minutes = rule.frequency >= Frequency::hourly ? or_one(rule.by_minute, clock.minutes().count())
                                                  : std::vector<int>{0};
    seconds_of = rule.frequency >= Frequency::minutely
                     ? or_one(rule.by_second, clock.seconds().count())
                     : std::vector<int>{0};
    frame = frame_of(first);
    fill();
  }

  std::int64_t unit() const {
    return rule.frequency == Frequency::hourly     ? 3600
           : rule.frequency == Frequency::minutely ? 60
                                                   : 1;
  }

  // The number of the frame that holds a time.
  std::int64_t frame_of(LocalSeconds time) const {
    const local_days day = floor<days>(time);
    const year_month_day date(day);
    switch (rule.frequency) {
      case Frequency::yearly:
        return static_cast<int>(date.year());
      case Frequency::monthly:
        return static_cast<int>(date.year()) * std::int64_t{12} +
               static_cast<unsigned>(date.month()) - 1;
      case Frequency::weekly: {
        const auto shift = (weekday(day) - rule.week_start).count();
        return floor_div(day.time_since_epoch().count() - shift - week_phase(), 7);
      }
      case Frequency::daily:
        return day.time_since_epoch().count();
      default:
        return floor_div(time.time_since_epoch().count(), unit());
    }
  }
  // The day number, modulo 7, on which weeks begin.
  std::int64_t week_phase() const {
    return (rule.week_start - weekday(local_days(days(0)))).count();
  }

  void add_days(local_days from, local_days to) {
    for (local_days day = from; day < to; day += days(1)) {
      if (!budget.take()) return;
      if (days_of.has(day)) frame_days.push_back(day);
    }
  }
  void add_month(year y, unsigned m) {
    const year_month first(y, month(m));
    add_days(local_days(first / 1), local_days((first + months(1)) / 1));
  }

  bool beyond() const {
    switch (rule.frequency) {
      case Frequency::yearly:
        return frame > static_cast<int>(k_last_year);
      case Frequency::monthly:
        return frame >= (static_cast<int>(k_last_year) + 1) * std::int64_t{12};
      default:
        return frame_begin() >= local_days((k_last_year + years(1)) / January / 1);
    }
  }
  LocalSeconds frame_begin() const {
    switch (rule.frequency) {
      case Frequency::yearly:
        return local_days(year(static_cast<int>(frame)) / January / 1);
      case Frequency::monthly:
        return local_days(year(static_cast<int>(frame / 12)) /
                          month(static_cast<unsigned>(frame % 12) + 1) / 1);
      case Frequency::weekly:
        return local_days(days(frame * 7 + week_phase()));
      case Frequency::daily:
        return local_days(days(frame));
      default:
        return LocalSeconds(seconds(frame * unit()));
    }
  }

  // Finds the days of the frame; what is there of clock times follows from them.
  void fill() {
    frame_days.clear();
    index = 0;
    if (beyond() || (until && frame_begin() > *until)) {
      ended = true;
      return;
    }
    const LocalSeconds begin = frame_begin();
    const local_days day = floor<days>(begin);
    switch (rule.frequency) {
      case Frequency::yearly:
        for (const int m : days_of.months())
          add_month(year(static_cast<int>(frame)), static_cast<unsigned>(m));
        break;
      case Frequency::monthly:
        add_month(year(static_cast<int>(frame / 12)), static_cast<unsigned>(frame % 12) + 1);
        break;
      case Frequency::weekly:
        add_days(day, day + days(7));
        break;
      case Frequency::daily:
        add_days(day, day + days(1));
        break;
      default:
        fill_small(begin, day);
    }
    place();
    pass_to(start);
    if (!left) pass_to(wanted);
  }

  // Times come in their order, so that those before `time` are passed over at once.
  void pass_to(LocalSeconds time) {
    std::int64_t high = total;
    while (index < high) {
      const std::int64_t middle = index + (high - index) / 2;
      if (time_at(middle) < time)
        index = middle + 1;
      else
        high = middle;
    }
  }

  // A frame shorter than a day: it counts when its own fields pass; else the time is remembered
  // before which no frame can.
  void fill_small(LocalSeconds begin, local_days day) {
    resume.reset();
    if (!budget.take()) return;
    const hh_mm_ss clock(begin - day);
    if (!days_of.has(day))
      resume = day + days(1);
    else if (!holds(rule.by_hour, clock.hours().count()))
      resume = floor<std::chrono::hours>(begin) + std::chrono::hours(1);
    else if (rule.frequency <= Frequency::minutely &&
             !holds(rule.by_minute, clock.minutes().count()))
      resume = floor<std::chrono::minutes>(begin) + std::chrono::minutes(1);
    else if (rule.frequency != Frequency::secondly ||
             holds(rule.by_second, clock.seconds().count()))
      frame_days.push_back(day);
  }

  std::int64_t times_of_a_day() const {
    return static_cast<std::int64_t>(hours.size() * minutes.size() * seconds_of.size());
  }

  // Applies BYSETPOS.
  void place() {
    total = static_cast<std::int64_t>(frame_days.size()) * times_of_a_day();
    positions.clear();
    if (rule.by_position.empty()) return;
    for (const int position : rule.by_position) {
      const std::int64_t at = position > 0 ? position - 1 : total + position;
      if (at >= 0 && at < total) positions.push_back(at);
    }
    std::ranges::sort(positions);
    positions.erase(std::ranges::unique(positions).begin(), positions.end());
    total = static_cast<std::int64_t>(positions.size());
  }

  LocalSeconds time_at(std::int64_t at) const {
    if (!rule.by_position.empty()) at = positions[static_cast<std::size_t>(at)];
    const auto a_day = times_of_a_day();
    const auto day = frame_days[static_cast<std::size_t>(at / a_day)];
    const auto in_day = static_cast<std::size_t>(at % a_day);
    const auto s = seconds_of[in_day % seconds_of.size()];
    const auto m = minutes[in_day / seconds_of.size() % minutes.size()];
    const auto h = hours[in_day / seconds_of.size() / minutes.size()];
    const LocalSeconds base = rule.frequency < Frequency::daily ? frame_begin() : LocalSeconds(day);
    return base + std::chrono::hours(h) + std::chrono::minutes(m) + seconds(s);
  }

  void advance() {
    std::int64_t steps = 1;
    if (resume && frame_days.empty())
      steps = std::max<std::int64_t>(1, frames_to(frame_of(*resume)));
    resume.reset();
    frame += steps * rule.interval;
    fill();
  }
  // Steps of the interval until the frame is at least `target`.
  std::int64_t frames_to(std::int64_t target) const {
    if (target <= frame) return 0;
    return (target - frame + rule.interval - 1) / rule.interval;
  }

  // One instance in each frame, whatever the calendar: then COUNT is arithmetic.
  bool is_plain() const {
    return rule.frequency <= Frequency::weekly && rule.by_second.empty() &&
           rule.by_minute.empty() && rule.by_hour.empty() && rule.by_month_day.empty() &&
           rule.by_year_day.empty() && rule.by_week.empty() && rule.by_month.empty() &&
           rule.by_position.empty() && rule.by_day.empty();
  }

  void skip_to(LocalSeconds time) {
    wanted = std::max(wanted, time);
    if (ended || time <= start || (left && !is_plain())) return;
    // Steps back by one, so that the frame before is looked at too.
    const std::int64_t steps = frames_to(frame_of(time)) - 1;
    if (steps <= 0) {
      if (!left) pass_to(wanted);
      return;
    }
    if (left) {
      if (steps >= *left) {
        ended = true;
        return;
      }
      *left -= static_cast<std::uint32_t>(steps - std::min(index, steps));
    }
    resume.reset();
    frame += steps * rule.interval;
    fill();
  }

  // False: this time does not count, or the rule has ended.
  bool take(LocalSeconds time) {
    if (time < start) return false;
    if (until && time > *until) {
      ended = true;
      return false;
    }
    if (first_of_all) {
      first_of_all = false;
      if (left && time != start && !is_plain()) count_one();  // DTSTART is the first that counts
    }
    if (ended) return false;
    if (left && *left == 0) {
      ended = true;
      return false;
    }
    count_one();
    return time >= wanted;
  }
  void count_one() {
    if (left && *left > 0) --*left;
  }

  std::optional<LocalSeconds> next() {
    while (!ended && !budget.spent()) {
      if (index >= total) {
        advance();
        continue;
      }
      if (!budget.take()) break;
      const LocalSeconds time = time_at(index++);
      if (take(time)) return time;
    }
    return std::nullopt;
  }

  Rule rule;
  LocalSeconds start;
  std::optional<LocalSeconds> until;
  Budget& budget;
  RuleDays days_of;
  std::optional<std::uint32_t> left;  // of COUNT
  std::vector<int> hours, minutes, seconds_of;
  std::int64_t frame = 0;
  std::vector<local_days> frame_days;
  std::vector<std::int64_t> positions;
  std::int64_t total = 0;
  std::int64_t index = 0;
  std::optional<LocalSeconds> resume;
  LocalSeconds wanted = LocalSeconds::min();
  bool first_of_all = true;
  bool ended = false;
};

RuleTimes::RuleTimes(const Rule& rule,
                     LocalSeconds start,
                     std::optional<LocalSeconds> until,
                     Budget& budget)
    : state_(std::make_unique<State>(rule, start, until, budget)) {}
RuleTimes::~RuleTimes() = default;
RuleTimes::RuleTimes(RuleTimes&&) noexcept = default;

std::optional<LocalSeconds> RuleTimes::next() { return state_->next(); }
void RuleTimes::skip_to(LocalSeconds time) { state_->skip_to(time); }

}  // namespace kontor::calendar
