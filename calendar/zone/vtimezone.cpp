// SPDX-License-Identifier: GPL-3.0-or-later
// A VTIMEZONE is a set of observances: each says from when on which offset holds, once or by a
// rule. The times of a rule are wall clock times by the offset that held before (TZOFFSETFROM).
#include <algorithm>

#include "base/core/text.hpp"
#include "calendar/ical/rule.hpp"
#include "calendar/zone/zone.hpp"

namespace kontor::calendar {
namespace {

using namespace std::chrono;

constexpr std::size_t k_most_observances = 500;
constexpr std::size_t k_most_transitions = 5'000;
const LocalSeconds k_last_rule = local_days(year(2200) / January / 1);

class Reader {
 public:
  std::expected<Zone, std::string> read(const Component& vtimezone) {
    if (vtimezone.value("TZID").empty()) return std::unexpected("A VTIMEZONE has no TZID.");
    std::size_t observances = 0;
    for (const auto& one : vtimezone.components) {
      if (one.name != "STANDARD" && one.name != "DAYLIGHT") continue;
      if (++observances > k_most_observances) break;
      if (!read_observance(one))
        return std::unexpected("A VTIMEZONE has an observance that cannot be read.");
    }
    if (observances == 0) return std::unexpected("A VTIMEZONE has no observance.");
    std::ranges::sort(found_, {}, [](const Found& one) { return one.transition.at; });
    std::vector<Transition> transitions;
    for (auto& one : found_) transitions.push_back(std::move(one.transition));
    return Zone(std::string(vtimezone.value("TZID")), found_.front().before,
                std::move(transitions));
  }

 private:
  struct Found {
    Transition transition;
    seconds before;
  };

  bool read_observance(const Component& one) {
    const auto start = read_date_time(one.value("DTSTART"));
    const auto from = read_utc_offset(one.value("TZOFFSETFROM"));
    const auto to = read_utc_offset(one.value("TZOFFSETTO"));
    if (!start || !from || !to) return false;
    name_ = unescape_text(one.value("TZNAME")).substr(0, 60);
    add(start->local, *from, *to);
    for (const auto& property : one.properties) {
      if (property.name == "RDATE") {
        for (const auto value : split(property.value, ','))
          if (const auto date = read_date_time(value.substr(0, value.find('/'))))
            add(date->local, *from, *to);
      } else if (property.name == "RRULE" && !add_rule(property.value, start->local, *from, *to)) {
        return false;
      }
    }
    return true;
  }

  bool add_rule(std::string_view value, LocalSeconds start, seconds from, seconds to) {
    const auto rule = read_rule(value);
    if (!rule) return false;
    LocalSeconds until = k_last_rule;
    if (rule->until) {
      LocalSeconds last = rule->until->local;
      if (rule->until->form == TimeForm::utc) last += from;
      if (rule->until->is_date()) last += days(1) - seconds(1);
      until = std::min(until, last);
    }
    RuleTimes times(*rule, start, until, budget_);
    while (const auto time = times.next()) {
      if (found_.size() >= k_most_transitions) break;
      if (*time != start) add(*time, from, to);
    }
    return true;
  }

  void add(LocalSeconds local, seconds from, seconds to) {
    if (found_.size() >= k_most_transitions) return;
    found_.push_back({{UtcSeconds(local.time_since_epoch()) - from, to, name_}, from});
  }

  Budget budget_{.steps = 400'000};
  std::string name_;
  std::vector<Found> found_;
};

Component observance(const Transition& transition, seconds from, bool daylight) {
  const auto offset = [](seconds value) {
    const hh_mm_ss clock(abs(value));
    std::string text = value < seconds(0) ? "-" : "+";
    const auto two = [&](std::int64_t n) { text += (n < 10 ? "0" : "") + std::to_string(n); };
    two(clock.hours().count());
    two(clock.minutes().count());
    if (clock.seconds().count() != 0) two(clock.seconds().count());
    return text;
  };
  Component component{.name = daylight ? "DAYLIGHT" : "STANDARD"};
  component.set("DTSTART", write_local(LocalSeconds((transition.at + from).time_since_epoch())));
  component.set("TZOFFSETFROM", offset(from));
  component.set("TZOFFSETTO", offset(transition.offset));
  if (!transition.name.empty()) component.set("TZNAME", escape_text(transition.name));
  return component;
}

}  // namespace

std::expected<Zone, std::string> read_vtimezone(const Component& vtimezone) {
  return Reader().read(vtimezone);
}

// Every transition of the range is an observance of its own; times beyond it have the last one.
Component write_vtimezone(const Zone& zone, TimeRange range) {
  Component component{.name = "VTIMEZONE"};
  component.set("TZID", zone.id());
  const auto& all = zone.transitions();
  const auto begin = std::ranges::upper_bound(all, range.begin, {}, &Transition::at);
  const auto end = std::ranges::upper_bound(all, range.end, {}, &Transition::at);
  seconds before = zone.offset_at(range.begin);
  const auto is_daylight = [&](seconds from, seconds to) { return to > from; };
  const std::string name = begin == all.begin() ? "" : std::prev(begin)->name;
  // What holds at the beginning.
  component.components.push_back(observance({range.begin, before, name}, before, false));
  for (auto one = begin; one != end; ++one) {
    component.components.push_back(observance(*one, before, is_daylight(before, one->offset)));
    before = one->offset;
  }
  return component;
}

}  // namespace kontor::calendar
