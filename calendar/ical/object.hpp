// SPDX-License-Identifier: GPL-3.0-or-later
// A calendar object resource (RFC 4791, 4.1): read and checked, never changed. The store keeps the
// client's bytes as they are.
//
// Pure values; any thread. What is checked needs no time zone; instances and moments come from
// calendar/recur.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/values.hpp"
#include "calendar/text/component.hpp"
#include "calendar/text/refusal.hpp"

namespace kontor::calendar {

enum class Kind : unsigned char { event, todo, journal, freebusy, availability };

std::string_view component_name(Kind kind) noexcept;  // "VEVENT"
std::optional<Kind> kind_of(std::string_view component_name) noexcept;

// What a calendar holds: an event, a task, a journal entry.
bool is_entry(const Component& component) noexcept;

struct ObjectLimits {
  TextLimits text;
  std::size_t overrides = 1'000;  // max-instances
  std::size_t attendees = 2'000;  // max-attendees-per-instance
  std::size_t dates = 20'000;     // RDATE and EXDATE values of one object: max-instances
  LocalSeconds earliest = std::chrono::local_days(std::chrono::year(1) / 1 / 1);  // min-date-time
  LocalSeconds latest =
      std::chrono::local_days(std::chrono::year(9999) / 12 / 31);  // max-date-time
  bool allow_method = false;  // iTIP messages have METHOD, stored objects have not
  bool allow_many = false;    // several UIDs and kinds: a file to import
};

// Somebody who takes part, as ORGANIZER and ATTENDEE say.
struct Participant {
  std::string address;  // the URI as written; calendar_address() compares
  std::string common_name;
  std::string partstat;   // upper case; "NEEDS-ACTION" when absent
  std::string role;       // "REQ-PARTICIPANT" when absent
  std::string user_type;  // CUTYPE; "INDIVIDUAL" when absent
  bool rsvp = false;
};

struct CalendarObject {
  Component calendar;  // VCALENDAR
  Kind kind = Kind::event;
  std::string uid;
  std::string method;  // upper case; only with allow_method

  // The components that count (not VTIMEZONE), the master first when there is one.
  std::vector<const Component*> parts() const;
  // The component without RECURRENCE-ID. Null: an attendee was invited to some instances alone.
  const Component* master() const noexcept;
  bool is_recurring() const;  // RRULE, RDATE or a RECURRENCE-ID
  bool has_alarm() const;
  std::optional<Participant> organizer() const;
  // Of all components, each address once.
  std::vector<Participant> attendees() const;
};

// Reads and checks. On refusal nothing was stored and the sentence says what to change.
Checked<CalendarObject> read_object(std::string_view bytes, const ObjectLimits& limits = {});

// One object for each UID of a file of many (an import, a subscription), each with the zones it
// names; without METHOD. What has no UID gets one from its content.
Checked<std::vector<std::string>> split_objects(std::string_view bytes,
                                                const ObjectLimits& limits = {});

// What a search looks at: SUMMARY, LOCATION, DESCRIPTION, COMMENT, CATEGORIES, CONTACT and the
// names and addresses of those who take part, of all components; escapes undone.
struct ObjectText {
  std::string summary;  // of the master
  std::string location;
  std::string description;
  std::string others;  // one line each
};
ObjectText text_of(const CalendarObject& object);

// An address in the form that is compared: "mailto:" in any case dropped, ASCII lower case.
std::string calendar_address(std::string_view uri);
Participant participant_of(const Property& property);

}  // namespace kontor::calendar
