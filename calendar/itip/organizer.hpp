// SPDX-License-Identifier: GPL-3.0-or-later
// What an organizer's or an attendee's own change makes the server do (RFC 6638, 3.2): whom to tell
// what, and what is stored. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "calendar/itip/message.hpp"

namespace kontor::calendar {

struct SchedulingChange {
  // What to store: the client's object with SEQUENCE raised, answers reset, SCHEDULE-FORCE-SEND
  // taken off. Meaningless after a deletion.
  Component calendar;
  bool altered = false;  // differs from what the client sent: no ETag may be answered
  std::vector<SchedulingMessage> messages;
};

// Is `self` (calendar_address of the owner, any of his addresses) the organizer of the object, and
// is the server to schedule (SCHEDULE-AGENT)? An object without ORGANIZER or ATTENDEE is nobody's.
bool is_organizer(const CalendarObject& object, const std::vector<std::string>& self);
bool is_attendee(const CalendarObject& object, const std::vector<std::string>& self);

// `before` is null for a new object, `after` for a deletion. Each attendee is told of what concerns
// him: REQUEST of his view, CANCEL of what he is no longer part of. Attendees with SCHEDULE-AGENT
// CLIENT or NONE are told nothing. Those who see the same share a message.
// max-attendees-per-instance: too many see different things of too large an object.
Checked<SchedulingChange> organizer_change(const CalendarObject* before,
                                           const CalendarObject* after,
                                           const std::vector<std::string>& self,
                                           UtcSeconds now);

// An attendee's answers to the organizer: REPLY for every component whose PARTSTAT he changed, and
// DECLINED for what he removed.
SchedulingChange attendee_change(const CalendarObject* before,
                                 const CalendarObject* after,
                                 const std::vector<std::string>& self,
                                 UtcSeconds now);

// May `self` put this object in the place of that one (null: a new one)? Refused by the
// preconditions of RFC 6638, 3.2.4: components of two organizers; an attendee who changes in his
// copy what is the organizer's: times, rules, dates, whether it takes place, whom it is for.
Checked<void> check_scheduling_change(const CalendarObject* before,
                                      const CalendarObject& after,
                                      const std::vector<std::string>& self);

// What an attendee's client says otherwise of a meeting than its organizer, and may not: SUMMARY,
// LOCATION, DESCRIPTION and STATUS become as they were; the rest of what he changed stays.
void keep_organizers_texts(const Component& before, Component& after);

// The SCHEDULE-STATUS of attendees, by calendar_address() (RFC 6638, 7.3), in a stored object:
// "1.2" delivered, "1.1" sent by mail, "3.7" no such user, "5.1" could not be delivered.
using ScheduleStatuses = std::map<std::string, std::string>;
void set_schedule_statuses(Component& calendar, const ScheduleStatuses& statuses);

}  // namespace kontor::calendar
