// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/itip/parts.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

constexpr std::array k_times = {"DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE"};
// What others do not see, or what only says when something was written.
constexpr std::array k_private = {"DTSTAMP", "LAST-MODIFIED",  "CREATED",      "SEQUENCE",
                                  "TRANSP",  "REQUEST-STATUS", "ACKNOWLEDGED", "CLASS"};

std::vector<std::string> values_of(const Component& component, std::string_view name) {
  std::vector<std::string> found;
  for (const auto& property : component.properties)
    if (property.name == name)
      found.push_back(std::string(property.parameter("TZID")) + ":" +
                      std::string(trim(property.value)));
  std::ranges::sort(found);
  return found;
}

// The properties that others see, each as one text; answers and marks of the server left out.
std::vector<std::string> seen(const Component& component) {
  std::vector<std::string> found;
  for (Property property : component.properties) {
    if (property.name.starts_with("X-") ||
        std::ranges::any_of(k_private, [&](auto one) { return property.name == one; }))
      continue;
    if (property.name == "ATTENDEE" || property.name == "ORGANIZER") {
      property.value = calendar_address(property.value);
      std::erase_if(property.parameters, [](const Parameter& one) {
        return one.name == "PARTSTAT" || one.name == "RSVP" || one.name.starts_with("SCHEDULE-") ||
               one.name.starts_with("X-");
      });
    }
    std::string line;
    append_property(line, property);
    found.push_back(std::move(line));
  }
  std::ranges::sort(found);
  return found;
}

void name_zones(const Component& component, std::set<std::string, std::less<>>& names) {
  for (const auto& property : component.properties)
    if (const auto tzid = property.parameter("TZID"); !tzid.empty()) names.emplace(tzid);
  for (const auto& inner : component.components) name_zones(inner, names);
}

}  // namespace

bool is_scheduled(const Component& component) noexcept { return is_entry(component); }

std::string instance_key(const Component& component) {
  const Property* id = component.find("RECURRENCE-ID");
  if (id == nullptr) return {};
  return std::string(trim(id->value)) + ";" + std::string(id->parameter("TZID"));
}

const Component* find_part(const Component& calendar, std::string_view key) noexcept {
  for (const auto& one : calendar.components)
    if (is_scheduled(one) && instance_key(one) == key) return &one;
  return nullptr;
}
Component* find_part(Component& calendar, std::string_view key) noexcept {
  return const_cast<Component*>(find_part(std::as_const(calendar), key));
}

std::uint32_t sequence_of(const Component& component) noexcept {
  return parse_number<std::uint32_t>(component.value("SEQUENCE")).value_or(0);
}

const Property* find_attendee(const Component& component, std::string_view address) noexcept {
  for (const auto& one : component.properties)
    if (one.name == "ATTENDEE" && iequals(calendar_address(one.value), address)) return &one;
  return nullptr;
}
Property* find_attendee(Component& component, std::string_view address) noexcept {
  return const_cast<Property*>(find_attendee(std::as_const(component), address));
}

std::string schedule_agent(const Property& property) {
  const auto agent = property.parameter("SCHEDULE-AGENT");
  return agent.empty() ? "SERVER" : to_upper(agent);
}

bool same_times(const Component& a, const Component& b) {
  return std::ranges::all_of(k_times,
                             [&](auto name) { return values_of(a, name) == values_of(b, name); });
}

bool same_for_others(const Component& a, const Component& b) { return seen(a) == seen(b); }

Component message_frame(const Component& calendar, Method method) {
  Component frame{.name = "VCALENDAR"};
  frame.set("VERSION", "2.0");
  frame.set("PRODID", "-//Kontor//EN");
  frame.set("METHOD", std::string(name_of(method)));
  for (const auto& one : calendar.components)
    if (one.name == "VTIMEZONE") frame.components.push_back(one);
  return frame;
}

void drop_unused_zones(Component& calendar) {
  std::set<std::string, std::less<>> names;
  for (const auto& one : calendar.components)
    if (one.name != "VTIMEZONE") name_zones(one, names);
  std::erase_if(calendar.components, [&](const Component& one) {
    return one.name == "VTIMEZONE" && !names.contains(one.value("TZID"));
  });
}

Component for_sending(Component component, UtcSeconds now) {
  std::erase_if(component.components, [](const Component& one) { return one.name == "VALARM"; });
  for (auto& property : component.properties)
    std::erase_if(property.parameters,
                  [](const Parameter& one) { return one.name.starts_with("SCHEDULE-"); });
  component.set("DTSTAMP", write_utc(now));
  return component;
}

Component instance_of(const Component& master, const Property& recurrence_id) {
  Component made = master;
  for (const auto name : {"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"}) made.erase(name);
  const Property* start = master.find("DTSTART");
  const auto from = start == nullptr ? std::nullopt : read_date_time(*start);
  const auto to = read_date_time(recurrence_id);
  // Where the two are on one clock the times move along; else the instance's own are not known.
  if (from && to && from->form == to->form && from->tzid == to->tzid) {
    const auto shift = to->local - from->local;
    for (const auto name : {"DTSTART", "DTEND", "DUE"})
      if (Property* property = made.find(name))
        if (auto time = read_date_time(*property)) {
          time->local += shift;
          property->value = write_date_time(*time);
        }
  }
  made.properties.push_back(recurrence_id);
  std::erase_if(made.properties.back().parameters,
                [](const Parameter& one) { return one.name == "RANGE"; });
  return made;
}

}  // namespace kontor::calendar
