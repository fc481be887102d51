// SPDX-License-Identifier: GPL-3.0-or-later
// Transitions are observances. Where the last of a zone come at the same turn of every year, as
// rules of daylight saving time do, they are two observances with RRULEs that go on for ever.
#include <algorithm>
#include <array>

#include "calendar/zone/zone.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr std::size_t k_least_run = 4;  // years that make a rule
constexpr std::array<const char*, 7> k_days = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::string offset_text(seconds value) {
  const hh_mm_ss clock(abs(value));
  std::string text = value < seconds(0) ? "-" : "+";
  const auto two = [&](std::int64_t n) { text += (n < 10 ? "0" : "") + std::to_string(n); };
  two(clock.hours().count());
  two(clock.minutes().count());
  if (clock.seconds().count() != 0) two(clock.seconds().count());
  return text;
}

// What RRULE can say of a transition: the nth weekday of a month, or the last.
struct Turn {
  month of;
  weekday day;
  seconds clock;
  seconds from, to;
  unsigned number;
  bool is_last;

  bool same(const Turn& other) const {
    return of == other.of && day == other.day && clock == other.clock && from == other.from &&
           to == other.to;
  }
};

class Writer {
 public:
  explicit Writer(const Zone& zone) : zone_(zone), all_(zone.transitions()) {}

  Component write(TimeRange range) {
    Component component{.name = "VTIMEZONE"};
    component.set("TZID", zone_.id());
    const auto begin = static_cast<std::size_t>(
        std::ranges::upper_bound(all_, range.begin, {}, &Transition::at) - all_.begin());
    const auto end = static_cast<std::size_t>(
        std::ranges::upper_bound(all_, range.end, {}, &Transition::at) - all_.begin());
    const std::size_t rules = first_of_rules();
    // What holds at the beginning.
    const seconds now = zone_.offset_at(range.begin);
    component.components.push_back(
        observance({range.begin, now, begin == 0 ? "" : all_[begin - 1].name}, now));
    for (std::size_t i = begin; i < std::min(end, rules); ++i)
      component.components.push_back(observance(all_[i], before(i)));
    if (rules < all_.size()) {
      // The rules are told from the year on in which the range begins, not from their own
      // beginning.
      const std::size_t first = std::max(rules, begin);
      for (std::size_t i = first; i < std::min(first + 2, all_.size()); ++i) {
        component.components.push_back(observance(all_[i], before(i)));
        component.components.back().set("RRULE", rule_from(i));
      }
    }
    return component;
  }

 private:
  seconds before(std::size_t i) const { return i == 0 ? zone_.first_offset() : all_[i - 1].offset; }

  Turn turn(std::size_t i) const {
    const LocalSeconds local((all_[i].at + before(i)).time_since_epoch());
    const local_days day = floor<days>(local);
    const year_month_day date(day);
    const auto number = static_cast<unsigned>(date.day());
    const auto length =
        static_cast<unsigned>(year_month_day_last(date.year(), month_day_last(date.month())).day());
    return {.of = date.month(),
            .day = weekday(day),
            .clock = local - day,
            .from = before(i),
            .to = all_[i].offset,
            .number = (number - 1) / 7 + 1,
            .is_last = number + 7 > length};
  }

  // How far back every second transition comes at one turn of the year, from `i` on.
  std::size_t run_of(std::size_t i) const {
    const Turn last = turn(i);
    bool numbered = true;
    bool is_last = last.is_last;
    std::size_t first = i;
    while (first >= 2) {
      const Turn one = turn(first - 2);
      const bool as_number = numbered && one.number == last.number;
      const bool as_last = is_last && one.is_last;
      if (!one.same(last) || !(as_number || as_last)) break;
      numbered = as_number;
      is_last = as_last;
      first -= 2;
    }
    return first;
  }

  // The first transition that the rules can tell; all_.size() when there are none.
  std::size_t first_of_rules() const {
    const std::size_t n = all_.size();
    if (n < 2 * k_least_run) return n;
    const std::size_t first = std::max(run_of(n - 1), run_of(n - 2));
    return first + 2 * k_least_run <= n ? first : n;
  }

  std::string rule_from(std::size_t i) const {
    const Turn first = turn(i);
    bool numbered = true;
    for (std::size_t k = i; k < all_.size(); k += 2)
      numbered = numbered && turn(k).number == first.number;
    const std::string which = numbered ? std::to_string(first.number) : "-1";
    return "FREQ=YEARLY;BYMONTH=" + std::to_string(static_cast<unsigned>(first.of)) +
           ";BYDAY=" + which + k_days[first.day.c_encoding()];
  }

  static Component observance(const Transition& transition, seconds from) {
    Component component{.name = transition.offset > from ? "DAYLIGHT" : "STANDARD"};
    component.set("DTSTART", write_local(LocalSeconds((transition.at + from).time_since_epoch())));
    component.set("TZOFFSETFROM", offset_text(from));
    component.set("TZOFFSETTO", offset_text(transition.offset));
    if (!transition.name.empty()) component.set("TZNAME", escape_text(transition.name));
    return component;
  }

  const Zone& zone_;
  const std::vector<Transition>& all_;
};

}  // namespace

Component write_vtimezone(const Zone& zone, TimeRange range) { return Writer(zone).write(range); }

}  // namespace kontor::calendar
