// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/object.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/core/text.hpp"

namespace kontor::calendar {
namespace {

constexpr std::array k_names = {
    std::pair(Kind::event, std::string_view("VEVENT")),
    std::pair(Kind::todo, std::string_view("VTODO")),
    std::pair(Kind::journal, std::string_view("VJOURNAL")),
    std::pair(Kind::freebusy, std::string_view("VFREEBUSY")),
    std::pair(Kind::availability, std::string_view("VAVAILABILITY")),
};

// Values of a parameter in upper case, with what its absence means.
std::string upper_or(std::string_view value, std::string_view otherwise) {
  return value.empty() ? std::string(otherwise) : to_upper(value);
}

void append_line(std::string& out, std::string_view text) {
  if (text.empty()) return;
  if (!out.empty()) out.push_back('\n');
  out.append(text);
}

void append_person(std::string& out, const Property& property) {
  const auto person = participant_of(property);
  append_line(out, person.common_name);
  append_line(out, calendar_address(person.address));
}

}  // namespace

bool is_entry(const Component& component) noexcept {
  const auto kind = kind_of(component.name);
  return kind == Kind::event || kind == Kind::todo || kind == Kind::journal;
}

std::string_view component_name(Kind kind) noexcept {
  for (const auto& [one, name] : k_names)
    if (one == kind) return name;
  return "VEVENT";
}

std::optional<Kind> kind_of(std::string_view component_name) noexcept {
  for (const auto& [kind, name] : k_names)
    if (iequals(name, component_name)) return kind;
  return std::nullopt;
}

std::vector<const Component*> CalendarObject::parts() const {
  std::vector<const Component*> found;
  for (const auto& component : calendar.components)
    if (component.name == component_name(kind) && component.find("RECURRENCE-ID") == nullptr)
      found.push_back(&component);
  for (const auto& component : calendar.components)
    if (component.name == component_name(kind) && component.find("RECURRENCE-ID") != nullptr)
      found.push_back(&component);
  return found;
}

const Component* CalendarObject::master() const noexcept {
  for (const auto& component : calendar.components)
    if (component.name == component_name(kind) && component.find("RECURRENCE-ID") == nullptr)
      return &component;
  return nullptr;
}

bool CalendarObject::is_recurring() const {
  return std::ranges::any_of(parts(), [](const Component* one) {
    return one->find("RRULE") != nullptr || one->find("RDATE") != nullptr ||
           one->find("RECURRENCE-ID") != nullptr;
  });
}

bool CalendarObject::has_alarm() const {
  return std::ranges::any_of(parts(), [](const Component* one) {
    return std::ranges::any_of(one->components,
                               [](const Component& inner) { return inner.name == "VALARM"; });
  });
}

std::optional<Participant> CalendarObject::organizer() const {
  for (const Component* part : parts())
    if (const Property* found = part->find("ORGANIZER")) return participant_of(*found);
  return std::nullopt;
}

std::vector<Participant> CalendarObject::attendees() const {
  std::vector<Participant> found;
  std::set<std::string> seen;
  for (const Component* part : parts())
    for (const auto& property : part->properties)
      if (property.name == "ATTENDEE" && seen.insert(calendar_address(property.value)).second)
        found.push_back(participant_of(property));
  return found;
}

std::string calendar_address(std::string_view uri) {
  uri = trim(uri);
  if (istarts_with(uri, "mailto:")) uri.remove_prefix(7);
  return to_lower(trim(uri));
}

Participant participant_of(const Property& property) {
  return {.address = std::string(trim(property.value)),
          .common_name = std::string(property.parameter("CN")),
          .partstat = upper_or(property.parameter("PARTSTAT"), "NEEDS-ACTION"),
          .role = upper_or(property.parameter("ROLE"), "REQ-PARTICIPANT"),
          .user_type = upper_or(property.parameter("CUTYPE"), "INDIVIDUAL"),
          .rsvp = iequals(property.parameter("RSVP"), "TRUE")};
}

ObjectText text_of(const CalendarObject& object) {
  ObjectText text;
  bool first = true;
  for (const Component* part : object.parts()) {
    const auto take = [&](std::string_view name, std::string& whole) {
      const std::string value = unescape_text(part->value(name));
      if (first)
        whole = value;
      else if (value != whole)
        append_line(text.others, value);
    };
    take("SUMMARY", text.summary);
    take("LOCATION", text.location);
    take("DESCRIPTION", text.description);
    for (const auto& property : part->properties) {
      if (property.name == "COMMENT" || property.name == "CATEGORIES" || property.name == "CONTACT")
        append_line(text.others, unescape_text(property.value));
      if (property.name == "ORGANIZER" || property.name == "ATTENDEE")
        append_person(text.others, property);
    }
    first = false;
  }
  return text;
}

}  // namespace kontor::calendar
