// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/ical/private_view.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "calendar/ical/object.hpp"

namespace kontor::calendar {
namespace {

constexpr std::string_view k_summary = "Busy / Занято";
// What tells when something is, and no more.
constexpr std::array<std::string_view, 16> k_kept{
    "UID",    "DTSTAMP",       "DTSTART", "DTEND",  "DURATION", "DUE",    "RRULE",    "RDATE",
    "EXDATE", "RECURRENCE-ID", "TRANSP",  "STATUS", "CLASS",    "EXRULE", "SEQUENCE", "COMPLETED"};

bool is_private(const Component& component) {
  const auto* said = component.find("CLASS");
  return said != nullptr && !iequals(trim(said->value), "PUBLIC");
}

// Parameters of one's own say what one likes.
void strip(Property& property) {
  std::erase_if(property.parameters, [](const Parameter& one) {
    return one.name != "TZID" && one.name != "VALUE" && one.name != "RANGE";
  });
}

void strip(Component& component) {
  std::erase_if(component.properties, [](const Property& one) {
    return std::ranges::find(k_kept, one.name) == k_kept.end() &&
           one.name != "X-MICROSOFT-CDO-BUSYSTATUS";
  });
  for (auto& property : component.properties) strip(property);
  component.components.clear();  // alarms
  component.set("SUMMARY", std::string(k_summary));
}

}  // namespace

std::optional<std::string> private_view(std::string_view bytes) {
  auto read = read_components(bytes);
  if (!read) return std::string();
  const auto has_private = [](const Component& calendar) {
    return std::ranges::any_of(calendar.components, is_private);
  };
  if (std::ranges::none_of(*read, has_private)) return std::nullopt;
  std::string out;
  for (auto& calendar : *read) {
    std::erase_if(calendar.properties, [](const Property& one) {
      return one.name != "VERSION" && one.name != "PRODID" && one.name != "CALSCALE";
    });
    for (auto& property : calendar.properties) strip(property);
    std::erase_if(calendar.components,
                  [](const Component& one) { return !is_entry(one) && one.name != "VTIMEZONE"; });
    for (auto& one : calendar.components)
      if (is_entry(one)) strip(one);
    append_component(out, calendar);
  }
  return out;
}

}  // namespace kontor::calendar
