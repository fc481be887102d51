// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of RFC 4791, 9.9: which component of an object overlaps a time range. Pure.
#pragma once
#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"

namespace kontor::calendar {

// The instances of one object in time ranges, found once for each range.
class RangeTest {
 public:
  RangeTest(const CalendarObject& object, ObjectZones& zones, Budget& budget)
      : object_(object), zones_(zones), budget_(budget) {}

  // Does an instance of this component (VEVENT, VTODO, VJOURNAL, VFREEBUSY, VAVAILABILITY) overlap?
  bool overlaps(const Component& component, const TimeRange& range);
  // Does an alarm of this component go off in the range, for any of its instances?
  bool alarm_overlaps(const Component& component, const Component& alarm, const TimeRange& range);
  // A property of a date, a time or periods.
  bool property_overlaps(const Property& property, const TimeRange& range);

 private:
  const std::vector<Instance>& instances(const TimeRange& range);
  bool todo_overlaps(const Component& todo, const TimeRange& range);
  bool free_busy_overlaps(const Component& component, const TimeRange& range);
  bool availability_overlaps(const Component& component, const TimeRange& range);

  const CalendarObject& object_;
  ObjectZones& zones_;
  Budget& budget_;
  std::vector<std::pair<TimeRange, std::vector<Instance>>> found_;
};

}  // namespace kontor::calendar
