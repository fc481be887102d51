// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/views.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

constexpr std::array k_times = {"UID",    "DTSTAMP",  "DTSTART",  "DTEND",
                                "DUE",    "DURATION", "RRULE",    "RDATE",
                                "EXDATE", "EXRULE",   "SEQUENCE", "RECURRENCE-ID",
                                "TRANSP", "STATUS",   "CLASS",    "X-MICROSOFT-CDO-BUSYSTATUS"};

}  // namespace

bool is_private(const CalendarObject& object) {
  return std::ranges::any_of(object.parts(), [](const Component* one) {
    return iequals(one->value("CLASS"), "PRIVATE") || iequals(one->value("CLASS"), "CONFIDENTIAL");
  });
}

Component busy_view(const CalendarObject& object, std::string_view summary) {
  Component view{.name = "VCALENDAR"};
  view.set("VERSION", "2.0");
  view.set("PRODID", "-//Kontor//EN");
  for (const auto& component : object.calendar.components) {
    if (component.name == "VTIMEZONE") view.components.push_back(component);
    if (component.name != component_name(object.kind)) continue;
    Component part{.name = component.name};
    for (const auto& property : component.properties)
      if (std::ranges::any_of(k_times, [&](auto name) { return property.name == name; }))
        part.properties.push_back(property);
    part.set("SUMMARY", escape_text(summary));
    view.components.push_back(std::move(part));
  }
  return view;
}

CalendarFile::CalendarFile(std::string_view name) : name_(name) {}

void CalendarFile::add(const Component& calendar) {
  for (const auto& component : calendar.components) {
    if (component.name != "VTIMEZONE") {
      parts_.components.push_back(component);
      continue;
    }
    const bool known = std::ranges::any_of(zones_.components, [&](const Component& one) {
      return one.value("TZID") == component.value("TZID");
    });
    if (!known) zones_.components.push_back(component);
  }
}

std::string CalendarFile::write() const {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kontor//EN\r\n";
  if (!name_.empty()) append_property(out, {.name = "X-WR-CALNAME", .value = escape_text(name_)});
  for (const auto& zone : zones_.components) append_component(out, zone);
  for (const auto& part : parts_.components) append_component(out, part);
  return out + "END:VCALENDAR\r\n";
}

}  // namespace kontor::calendar
