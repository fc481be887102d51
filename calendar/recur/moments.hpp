// SPDX-License-Identifier: GPL-3.0-or-later
// When one component begins and ends (RFC 5545, 3.6.1 to 3.6.4), apart from recurrence. Pure.
#pragma once
#include <chrono>
#include <optional>

#include "calendar/ical/object.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::calendar {

// How long a component lasts: exactly, or so many days and then so long (RFC 5545, 3.8.5.3: DTEND
// stands for an exact duration, DURATION for a nominal one).
struct Length {
  std::chrono::days days{};
  std::chrono::seconds seconds{};
};

struct Moments {
  DateTime anchor;  // DTSTART, of a task without it DUE: what recurs
  Length length;    // from the anchor
  bool has_start = false;
  bool has_end = false;
};

// Nothing: the component has no time at all.
std::optional<Moments> moments_of(const Component& component, ObjectZones& zones);
// The end of what begins at `start` and lasts so long; never before it.
UtcSeconds end_of(const DateTime& start, const Length& length, ObjectZones& zones);

}  // namespace kontor::calendar
