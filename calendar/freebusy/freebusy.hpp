// SPDX-License-Identifier: GPL-3.0-or-later
// When somebody is busy: from the objects of calendars (RFC 4791, 7.10; RFC 5545, 3.6.4) and from
// availability (RFC 7953), merged, and written as a VFREEBUSY. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/object.hpp"
#include "calendar/recur/instances.hpp"

namespace kontor::calendar {

// In the order of weight: where periods overlap the heavier counts.
enum class BusyType : unsigned char { free, tentative, unavailable, busy };

struct BusyPeriod {
  TimeRange range;
  BusyType type = BusyType::busy;
  bool operator==(const BusyPeriod&) const = default;
};

// Gathers objects of one person. One thread.
class BusyTime {
 public:
  explicit BusyTime(TimeRange range) : range_(range) {}

  // A VEVENT counts unless TRANSP is TRANSPARENT or STATUS is CANCELLED; tentative are STATUS
  // TENTATIVE and X-MICROSOFT-CDO-BUSYSTATUS TENTATIVE; OOF counts as unavailable, FREE not at all.
  // `self`: the person's addresses (calendar_address); events he declined do not count, those he
  // has not answered are tentative. A VFREEBUSY counts by its FREEBUSY properties.
  void add(const CalendarObject& object,
           ObjectZones& zones,
           Budget& budget,
           const std::vector<std::string>& self = {});
  // Periods known already: of another calendar, or read from a VFREEBUSY.
  void add(const BusyPeriod& period);
  // A VAVAILABILITY (RFC 7953, 5): outside of its AVAILABLE parts the person is BUSYTYPE, by
  // PRIORITY.
  void add_availability(const Component& availability, ObjectZones& zones, Budget& budget);

  // Sorted, clipped to the range, without overlaps; neighbours of one type are one.
  std::vector<BusyPeriod> periods() const;
  bool complete() const noexcept { return complete_; }

 private:
  struct Availability {
    TimeRange covered;
    BusyType type;
    std::vector<TimeRange> free;
    unsigned weight;  // PRIORITY: 1 is the strongest; 10 for none
  };
  void add_free_busy(const Component& component, ObjectZones& zones);

  TimeRange range_;
  std::vector<BusyPeriod> busy_;
  std::vector<Availability> availability_;
  bool complete_ = true;
};

struct FreeBusyMessage {
  TimeRange range;
  std::vector<BusyPeriod> periods;
  UtcSeconds now;         // DTSTAMP
  std::string uid;        // may be empty: an answer to a free-busy-query has none
  std::string organizer;  // URIs; may be empty
  std::string attendee;
  std::string method;  // "REPLY" in the scheduling outbox, "PUBLISH" by URL; empty: none
};
std::string write_freebusy(const FreeBusyMessage& message);

}  // namespace kontor::calendar
