// SPDX-License-Identifier: GPL-3.0-or-later
// The instances of a calendar object in a time range: RRULE, RDATE, EXDATE, overrides by
// RECURRENCE-ID and RANGE=THISANDFUTURE (RFC 5545, 3.8.4.4, 3.8.5). Pure.
#pragma once
#include <optional>
#include <vector>

#include "calendar/ical/object.hpp"
#include "calendar/ical/rule.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::calendar {

struct Instance {
  const Component* component = nullptr;  // in the object: the master or the override that counts
  DateTime recurrence_id;                // in the form of the master's DTSTART
  DateTime local_start;                  // as it would be written
  // Of a VTODO the end is DUE. Without an end the start (a whole day for a date).
  UtcSeconds start;
  UtcSeconds end;
  bool has_start = true;  // false: a VTODO with DUE alone; `start` is `end` then
  bool has_end = false;   // DTEND, DUE or DURATION stand in the component
};

struct Instances {
  std::vector<Instance> list;  // by start, then by RECURRENCE-ID
  bool complete = true;        // false: the budget was spent, there may be more
};

// The instances that overlap `range` (one without length: that begins in it), in the component of
// `object.kind`. The object outlives what is returned. An object that does not recur has one.
// A VTODO, VJOURNAL without any time has none: calendar/query knows what RFC 4791, 9.9 asks of
// them.
Instances instances_in(const CalendarObject& object,
                       TimeRange range,
                       ObjectZones& zones,
                       Budget& budget);

// From the first moment to the last, for a column. An object that goes on for ever ends at
// k_last_moment; one without times (a VTODO) spans everything. Never too short: where the budget
// does not suffice, the end is k_last_moment. Alarms with triggers outside of it are counted in.
struct Span {
  TimeRange range;
  bool is_endless = false;
};
Span span_of(const CalendarObject& object, ObjectZones& zones, Budget& budget);

// Refuses what would cost every reader dear: more than `most` instances in any first year, RRULEs
// that cannot be read (valid-calendar-data) and TZIDs nobody knows.
Checked<void> check_instances(const CalendarObject& object,
                              ObjectZones& zones,
                              std::size_t most = 10'000);

}  // namespace kontor::calendar
