// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/published.hpp"

#include <algorithm>

#include "calendar/ical/object.hpp"
#include "calendar/ical/private_view.hpp"

namespace kontor::calendar {
namespace {

// TZID as it was -> as it is here.
using Names = std::map<std::string, std::string, std::less<>>;

void rename_zones(Component& component, const Names& names) {
  for (auto& property : component.properties) {
    const auto found = names.find(property.parameter("TZID"));
    if (found != names.end()) property.set("TZID", found->second);
  }
  for (auto& inner : component.components) rename_zones(inner, names);
}

void strip(Component& entry) {
  std::erase_if(entry.components, [](const Component& one) { return one.name == "VALARM"; });
  std::erase_if(entry.properties, [](const Property& one) {
    return one.name == "ATTACH" && one.find("MANAGED-ID") != nullptr;  // RFC 8607
  });
}

}  // namespace

PublishedCalendar::PublishedCalendar(std::string_view name) : name_(name) {}

std::string PublishedCalendar::zone_name(Component zone) {
  const std::string asked(zone.value("TZID"));
  std::string name = asked;
  for (std::size_t number = 2;; ++number) {
    const auto found = zones_.find(name);
    if (found == zones_.end()) break;
    zone.set("TZID", name);
    if (found->second == zone) return name;
    name = asked + " " + std::to_string(number);
  }
  zone.set("TZID", name);
  zones_.emplace(name, std::move(zone));
  return name;
}

void PublishedCalendar::add_calendar(Component calendar) {
  Names names;
  for (auto& one : calendar.components) {
    if (one.name != "VTIMEZONE") continue;
    const std::string tzid(one.value("TZID"));
    if (tzid.empty()) continue;
    auto name = zone_name(std::move(one));
    if (name != tzid) names.emplace(tzid, std::move(name));
  }
  for (auto& one : calendar.components) {
    if (!is_entry(one)) continue;
    strip(one);
    if (!names.empty()) rename_zones(one, names);
    append_component(entries_, one);
  }
}

void PublishedCalendar::add(std::string_view object) {
  const auto hidden = private_view(object);
  auto read = read_components(hidden ? std::string_view(*hidden) : object);
  if (!read) return;
  for (auto& one : *read)
    if (one.name == "VCALENDAR") add_calendar(std::move(one));
}

std::string PublishedCalendar::text() const {
  std::string out = "BEGIN:VCALENDAR\r\n";
  const auto add = [&](std::string name, std::string value) {
    append_property(out, Property{.name = std::move(name), .value = std::move(value)});
  };
  add("VERSION", "2.0");
  add("PRODID", "-//Kontor//EN");
  add("METHOD", "PUBLISH");
  if (!name_.empty()) {
    add("NAME", escape_text(name_));  // RFC 7986, 5.1, and what programs of before read
    add("X-WR-CALNAME", escape_text(name_));
  }
  for (const auto& [name, zone] : zones_) append_component(out, zone);
  return out + entries_ + "END:VCALENDAR\r\n";
}

}  // namespace kontor::calendar
