// SPDX-License-Identifier: GPL-3.0-or-later
// Short ways to objects, times and instances for the tests of calendars.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::calendar {

// One line each, without CRLF: "DTSTART:20260101T100000Z\nRRULE:...".
inline std::string wrapped(std::string_view inner) {
  std::string text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//T//T//EN\n" + std::string(inner) +
                     "\nEND:VCALENDAR\n";
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}
inline std::string event(std::string_view lines) {
  return "BEGIN:VEVENT\nUID:u\n" + std::string(lines) + "\nEND:VEVENT\n";
}

inline CalendarObject object_of(std::string_view inner, bool allow_method = false) {
  ObjectLimits limits;
  limits.allow_method = allow_method;
  auto object = read_object(wrapped(inner), limits);
  EXPECT_TRUE(object) << (object ? "" : object.error().sentence);
  return object ? *std::move(object) : CalendarObject{};
}

inline UtcSeconds utc(std::string_view text) {
  const auto time = read_date_time(text);
  EXPECT_TRUE(time) << text;
  return UtcSeconds(time->local.time_since_epoch());
}
inline TimeRange range(std::string_view begin, std::string_view end) {
  return {utc(begin), utc(end)};
}

inline const Zones& machine_zones() {
  static const Zones zones;
  return zones;
}

// "20260101T100000Z/20260101T110000Z", one for each instance.
inline std::vector<std::string> instances(const CalendarObject& object,
                                          TimeRange within,
                                          std::string_view floating = "UTC") {
  ObjectZones zones(object.calendar, machine_zones(), machine_zones().find(floating));
  Budget budget;
  std::vector<std::string> found;
  const auto all = instances_in(object, within, zones, budget);
  EXPECT_TRUE(all.complete);
  for (const auto& one : all.list) found.push_back(write_utc(one.start) + "/" + write_utc(one.end));
  return found;
}

}  // namespace kontor::calendar
