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

}  // namespace

std::expected<Zone, std::string> read_vtimezone(const Component& vtimezone) {
  return Reader().read(vtimezone);
}

}  // namespace kontor::calendar
