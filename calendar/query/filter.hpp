// SPDX-License-Identifier: GPL-3.0-or-later
// The filters of CALDAV:calendar-query (RFC 4791, 9.7 to 9.9) over one object. Pure; the XML is
// read by server/dav.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"
#include "calendar/text/match.hpp"
#include "calendar/text/refusal.hpp"

namespace kontor::calendar {

struct PropFilter {  // RFC 4791, 9.7.2
  std::string name;
  bool is_not_defined = false;
  std::optional<TimeRange> range;
  std::optional<TextMatch> text;
  std::vector<ParamFilter> parameters;
};

struct CompFilter {  // RFC 4791, 9.7.1
  std::string name;
  bool is_not_defined = false;
  std::optional<TimeRange> range;
  std::vector<PropFilter> properties;
  std::vector<CompFilter> components;
};

// Is the filter one that RFC 4791 allows? valid-filter: its top is not VCALENDAR, or a time-range
// begins after its end; supported-filter: a time-range on VCALENDAR or on a property that is no
// time.
Checked<void> check_filter(const CompFilter& filter);

// `filter` is the one of VCALENDAR. A budget that is spent counts as a match: a search never
// misses an object.
bool matches(const CompFilter& filter,
             const CalendarObject& object,
             ObjectZones& zones,
             Budget& budget);

// The time that an object's span (span_of) must touch, its ends counted in, to match: what a column
// of first and last moments can decide before the object is read. Nothing: no such bound.
std::optional<TimeRange> bound_of(const CompFilter& filter);
// The component that must be there ("VEVENT"), empty when any will do.
std::string component_of(const CompFilter& filter);

}  // namespace kontor::calendar
