// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of scheduling share: components of an object by RECURRENCE-ID, what of them
// counts, frames of messages. Pure; used within calendar/itip.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "calendar/ical/object.hpp"
#include "calendar/itip/message.hpp"

namespace kontor::calendar {

// VEVENT, VTODO, VJOURNAL: not a zone.
bool is_scheduled(const Component& component) noexcept;
// RECURRENCE-ID in a form that compares: its value, with its zone; empty for the master.
std::string instance_key(const Component& component);
Component* find_part(Component& calendar, std::string_view key) noexcept;
const Component* find_part(const Component& calendar, std::string_view key) noexcept;
std::uint32_t sequence_of(const Component& component) noexcept;

Property* find_attendee(Component& component, std::string_view address) noexcept;
const Property* find_attendee(const Component& component, std::string_view address) noexcept;
// "SERVER" when nothing else stands there (RFC 6638, 7.1).
std::string schedule_agent(const Property& property);

// A change of what the times are: others have to answer anew (RFC 5546, 2.1.4).
bool same_times(const Component& a, const Component& b);
// A change that others do not see: stamps, alarms, own marks, the answers of attendees.
bool same_for_others(const Component& a, const Component& b);

// An empty VCALENDAR with METHOD and the zones that `parts` name.
Component message_frame(const Component& calendar, Method method);
// A component as it is sent: no alarms, no SCHEDULE- parameters, DTSTAMP is `now`.
Component for_sending(Component component, UtcSeconds now);
// Removes zones that nothing names.
void drop_unused_zones(Component& calendar);

// The master as one of its instances: RECURRENCE-ID, no rules, times moved there.
Component instance_of(const Component& master, const Property& recurrence_id);

}  // namespace kontor::calendar
