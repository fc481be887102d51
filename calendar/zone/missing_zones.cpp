// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>

#include "calendar/zone/zones.hpp"

namespace kontor::calendar {
namespace {

// The earliest time that stands in a component with each TZID.
void gather(const Component& component, std::map<std::string, LocalSeconds>& earliest) {
  for (const auto& property : component.properties) {
    const std::string tzid(property.parameter("TZID"));
    if (tzid.empty()) continue;
    const auto time = read_date_time(property.value.substr(0, property.value.find_first_of(",/")));
    if (!time) continue;
    const auto [known, added] = earliest.emplace(tzid, time->local);
    if (!added) known->second = std::min(known->second, time->local);
  }
  for (const auto& inner : component.components) gather(inner, earliest);
}

}  // namespace

bool add_missing_zones(Component& calendar, const Zones& zones) {
  using std::chrono::days;
  std::map<std::string, LocalSeconds> earliest;
  for (const auto& component : calendar.components) gather(component, earliest);
  for (const auto& component : calendar.components)
    if (component.name == "VTIMEZONE") earliest.erase(std::string(component.value("TZID")));
  bool any = false;
  for (const auto& [tzid, time] : earliest) {
    const ZonePtr zone = zones.find(tzid);
    if (!zone) continue;
    // A year more at the beginning; at the end as far as people plan.
    const UtcSeconds begin(time.time_since_epoch() - days(366));
    Component made = write_vtimezone(*zone, {begin, std::max(begin, UtcSeconds(days(25'000)))});
    made.set("TZID", tzid);
    calendar.components.insert(calendar.components.begin(), std::move(made));
    any = true;
  }
  return any;
}

}  // namespace kontor::calendar
