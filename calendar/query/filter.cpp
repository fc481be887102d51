// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/query/filter.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "calendar/query/time_range.hpp"

namespace kontor::calendar {
namespace {

using enum Precondition;

constexpr std::array k_ranged_components = {"VEVENT",    "VTODO",         "VJOURNAL",
                                            "VFREEBUSY", "VAVAILABILITY", "VALARM"};
constexpr std::array k_ranged_properties = {"DTSTART", "DTEND",    "DUE",     "COMPLETED",
                                            "CREATED", "DTSTAMP",  "EXDATE",  "LAST-MODIFIED",
                                            "RDATE",   "FREEBUSY", "TRIGGER", "RECURRENCE-ID"};

bool is_one_of(const auto& names, std::string_view name) {
  return std::ranges::any_of(names, [&](auto one) { return iequals(one, name); });
}

Checked<void> check_range(const std::optional<TimeRange>& range) {
  if (range && range->begin >= range->end)
    return refuse(valid_filter, "A time-range ends before it begins.");
  return {};
}

Checked<void> check_component(const CompFilter& filter, int depth) {
  if (depth > 3) return refuse(supported_filter, "Components do not lie so deep in each other.");
  if (auto checked = check_range(filter.range); !checked) return checked;
  if (filter.range && !is_one_of(k_ranged_components, filter.name))
    return refuse(supported_filter,
                  "A time-range cannot be asked of " + filter.name.substr(0, 40) + ".");
  for (const auto& property : filter.properties) {
    if (auto checked = check_range(property.range); !checked) return checked;
    if (property.range && !is_one_of(k_ranged_properties, property.name))
      return refuse(supported_filter,
                    "A time-range cannot be asked of " + property.name.substr(0, 40) + ".");
  }
  for (const auto& inner : filter.components)
    if (auto checked = check_component(inner, depth + 1); !checked) return checked;
  return {};
}

class Matcher {
 public:
  Matcher(const CalendarObject& object, ObjectZones& zones, Budget& budget)
      : ranges_(object, zones, budget) {}

  // `outer` is the component that holds `component`.
  bool matches(const CompFilter& filter, const Component& component, const Component* outer) {
    if (filter.range && !range_matches(*filter.range, component, outer)) return false;
    const auto property_fits = [&](const PropFilter& one) { return matches(one, component); };
    if (!std::ranges::all_of(filter.properties, property_fits)) return false;
    return std::ranges::all_of(filter.components,
                               [&](const CompFilter& inner) { return within(inner, component); });
  }

 private:
  bool within(const CompFilter& filter, const Component& outer) {
    bool found = false;
    for (const auto& inner : outer.components) {
      if (!iequals(inner.name, filter.name)) continue;
      found = true;
      if (filter.is_not_defined) return false;
      if (matches(filter, inner, &outer)) return true;
    }
    return filter.is_not_defined && !found;
  }

  bool range_matches(const TimeRange& range, const Component& component, const Component* outer) {
    if (component.name == "VALARM")
      return outer != nullptr && ranges_.alarm_overlaps(*outer, component, range);
    return ranges_.overlaps(component, range);
  }

  bool matches(const PropFilter& filter, const Component& component) {
    bool found = false;
    for (const auto& property : component.properties) {
      if (!iequals(property.name, filter.name)) continue;
      found = true;
      if (filter.is_not_defined) return false;
      if (matches(filter, property)) return true;
    }
    return filter.is_not_defined && !found;
  }

  bool matches(const PropFilter& filter, const Property& property) {
    if (filter.range && !ranges_.property_overlaps(property, *filter.range)) return false;
    if (filter.text && !calendar::matches(*filter.text, unescape_text(property.value)))
      return false;
    return std::ranges::all_of(filter.parameters, [&](const ParamFilter& one) {
      return calendar::matches(one, property);
    });
  }

  RangeTest ranges_;
};

}  // namespace

Checked<void> check_filter(const CompFilter& filter) {
  if (!iequals(filter.name, "VCALENDAR"))
    return refuse(valid_filter, "The filter is not about VCALENDAR.");
  return check_component(filter, 1);
}

bool matches(const CompFilter& filter,
             const CalendarObject& object,
             ObjectZones& zones,
             Budget& budget) {
  if (!iequals(filter.name, "VCALENDAR") || filter.is_not_defined) return false;
  const bool found = Matcher(object, zones, budget).matches(filter, object.calendar, nullptr);
  return found || budget.spent();
}

std::optional<TimeRange> bound_of(const CompFilter& filter) {
  for (const auto& component : filter.components) {
    if (component.is_not_defined) continue;
    if (component.range) return component.range;
    if (const auto inner = bound_of(component)) return inner;
  }
  return std::nullopt;
}

std::string component_of(const CompFilter& filter) {
  for (const auto& component : filter.components)
    if (!component.is_not_defined && kind_of(component.name)) return to_upper(component.name);
  return {};
}

}  // namespace kontor::calendar
