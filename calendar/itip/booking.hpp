// SPDX-License-Identifier: GPL-3.0-or-later
// A room or a piece of equipment answers for itself: yes, no, or no to some instances. Pure.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "calendar/freebusy/freebusy.hpp"
#include "calendar/itip/message.hpp"

namespace kontor::calendar {

struct BookingPolicy {
  bool auto_accept = true;  // false: tentative, a person decides
  bool allow_conflicts = false;
  bool allow_recurring = true;
  std::size_t capacity = 0;  // people; 0: any number
  std::size_t most_conflicts =
      0;  // instances of a series that may be declined alone; more: all of it
  std::chrono::seconds longest{};  // of one meeting; 0: any
  std::chrono::days horizon{180};  // how far ahead instances may lie
};

enum class BookingReason : unsigned char {
  none,
  conflict,
  too_many_people,
  too_long,
  too_far,
  past,
  recurring,
  not_allowed
};

struct BookingDecision {
  std::string partstat;  // ACCEPTED, TENTATIVE or DECLINED, of the whole
  BookingReason reason = BookingReason::none;
  std::vector<Instance> declined;  // instances declined alone; pointers into `request`
};

// `busy`: when the room is taken by others, over the horizon. `may_book`: what the caller knows of
// the organizer's groups.
BookingDecision decide_booking(const CalendarObject& request,
                               const BookingPolicy& policy,
                               const std::vector<BusyPeriod>& busy,
                               bool may_book,
                               UtcSeconds now,
                               ObjectZones& zones);

// The REPLY of `self` and the object that he stores: his PARTSTAT set, instances declined alone as
// overrides. `comment` tells people why.
struct BookingAnswer {
  Component calendar;
  SchedulingMessage reply;
};
BookingAnswer answer_booking(const CalendarObject& request,
                             const BookingDecision& decision,
                             std::string_view self,
                             std::string_view comment,
                             UtcSeconds now);

}  // namespace kontor::calendar
