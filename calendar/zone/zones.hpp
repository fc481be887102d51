// SPDX-License-Identifier: GPL-3.0-or-later
// Zones by name: the system's tz database, Windows names, the VTIMEZONEs of an object.
//
// A TZID means, in this order: a name of the tz database ("Europe/Moscow", also behind a prefix as
// in "/mozilla.org/20050126_1/Europe/Moscow"); a Windows name ("Russian Standard Time", by CLDR);
// the VTIMEZONE of the object. So known places are exact for all years even where a client's
// VTIMEZONE knows the rule of one year alone.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/text/component.hpp"
#include "calendar/zone/zone.hpp"

namespace kontor::calendar {

// The zones of the machine, read when they are first asked for and kept. Any thread; reads files on
// the caller's thread (some kilobytes, once for each zone).
class Zones {
 public:
  explicit Zones(std::filesystem::path zoneinfo = "/usr/share/zoneinfo");
  ~Zones();

  // Null: no such zone. Names are looked at before they become paths.
  ZonePtr find(std::string_view tzid) const;
  // The zone of a VTIMEZONE; null when it cannot be read. Kept by content, bounded.
  ZonePtr of(const Component& vtimezone) const;
  // The names of the tz database, sorted.
  std::vector<std::string> names() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The IANA name of a Windows zone ("Russian Standard Time" is "Europe/Moscow").
std::optional<std::string> from_windows_zone(std::string_view name);

// Gives a calendar the VTIMEZONEs of those TZIDs that it names and does not bring (RFC 7809 lets
// clients leave them out); says whether any were missing. What the database does not know stays.
bool add_missing_zones(Component& calendar, const Zones& zones);

// What the times of one object mean. `calendar` and `zones` outlive it; one thread.
class ObjectZones {
 public:
  // `floating`: the zone of floating times and whole days, the reader's or the calendar's
  // (CALDAV:calendar-timezone). Null is UTC.
  ObjectZones(const Component& calendar, const Zones& zones, ZonePtr floating);

  // The zone of a time. A TZID that nobody knows is the floating zone.
  const ZonePtr& zone_of(const DateTime& time);
  UtcSeconds utc(const DateTime& time);
  // Is the TZID known at all? Used to refuse objects that name zones nobody can find.
  bool knows(std::string_view tzid);
  // Is it a name of the tz database, which a client may know by itself (RFC 7809)?
  bool is_standard(std::string_view tzid) const;

 private:
  const Component& calendar_;
  const Zones& zones_;
  ZonePtr floating_;
  std::map<std::string, ZonePtr, std::less<>> found_;
};

}  // namespace kontor::calendar
