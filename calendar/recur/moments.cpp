// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/recur/moments.hpp"

#include <algorithm>

namespace kontor::calendar {
namespace {

using namespace std::chrono;

std::optional<DateTime> time_of(const Component& component, std::string_view name) {
  const Property* found = component.find(name);
  return found == nullptr ? std::nullopt : read_date_time(*found);
}

Length between(const DateTime& start, const DateTime& end, ObjectZones& zones) {
  if (start.is_date() && end.is_date())
    return {.days = std::max(days(0), floor<days>(end.local - start.local)), .seconds = {}};
  return {.days = {}, .seconds = std::max(seconds(0), zones.utc(end) - zones.utc(start))};
}

}  // namespace

std::optional<Moments> moments_of(const Component& component, ObjectZones& zones) {
  const bool is_todo = component.name == "VTODO";
  const auto start = time_of(component, "DTSTART");
  const auto end = time_of(component, is_todo ? "DUE" : "DTEND");
  if (!start) {
    if (!is_todo || !end) return std::nullopt;
    return Moments{.anchor = *end, .length = {}, .has_start = false, .has_end = true};
  }
  Moments moments{.anchor = *start, .length = {}, .has_start = true, .has_end = false};
  if (end) {
    moments.length = between(*start, *end, zones);
    moments.has_end = true;
  } else if (const Property* property = component.find("DURATION")) {
    const auto duration = read_duration(property->value).value_or(Duration{});
    moments.length = {.days = duration.days, .seconds = duration.seconds};
    moments.has_end = true;
  } else if (start->is_date()) {
    moments.length.days = days(1);
  }
  // A DTEND that equals DTSTART on dates is the day, as programs show it.
  if (start->is_date() && !is_todo && moments.length.days == days(0) &&
      moments.length.seconds == seconds(0))
    moments.length.days = days(1);
  return moments;
}

UtcSeconds end_of(const DateTime& start, const Length& length, ObjectZones& zones) {
  const UtcSeconds begin = zones.utc(start);
  if (length.days == days(0)) return std::max(begin, begin + length.seconds);
  DateTime day = start;
  day.local += length.days;
  return std::max(begin, zones.utc(day) + length.seconds);
}

}  // namespace kontor::calendar
