// SPDX-License-Identifier: GPL-3.0-or-later
// What of an object is sent: CALDAV:calendar-data with expand, limit-recurrence-set,
// limit-freebusy-set and a choice of properties (RFC 4791, 9.6). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"

namespace kontor::calendar {

struct PropChoice {
  std::string name;
  bool no_value = false;
};

struct CompChoice {  // RFC 4791, 9.6.1
  std::string name;
  bool all_properties = false;
  bool all_components = false;
  std::vector<PropChoice> properties;
  std::vector<CompChoice> components;
};

struct DataRequest {
  std::optional<CompChoice> choice;  // of VCALENDAR
  std::optional<TimeRange> expand;
  std::optional<TimeRange> limit_recurrence_set;
  std::optional<TimeRange> limit_freebusy_set;
  bool without_zones = false;  // RFC 7809, CalDAV-Timezones: F; zones of the tz database alone

  bool is_whole() const noexcept {
    return !choice && !expand && !limit_recurrence_set && !limit_freebusy_set && !without_zones;
  }
};

// The data to send. With is_whole() send the stored bytes instead. max_instances: expansion would
// give more than `most` instances.
Checked<std::string> data_of(const CalendarObject& object,
                             const DataRequest& request,
                             ObjectZones& zones,
                             std::size_t most = 10'000);

}  // namespace kontor::calendar
