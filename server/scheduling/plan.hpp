// SPDX-License-Identifier: GPL-3.0-or-later
// What an owner's change of an object means for others, and what is stored. Pure.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "calendar/itip/message.hpp"
#include "directory/model/model.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::scheduling {

enum class Role : unsigned char { none, organizer, attendee };
Role role_of(const calendar::CalendarObject* object, const std::vector<std::string>& self);

struct Intent {
  const calendar::CalendarObject* before = nullptr;  // null: a new object
  const calendar::CalendarObject* after = nullptr;   // null: a deletion
  std::vector<std::string> self;                     // addresses_of() the owner
  std::string sent_by;                               // sent_by_of() who acts for him
  UtcSeconds now{};
  std::size_t most_attendees = 1'000;
  bool merges = false;  // answers that came since the client looked stay
};

struct Plan {
  Role role = Role::none;
  calendar::Component calendar;  // to be stored, not after a deletion
  bool is_altered = false;
  std::vector<calendar::SchedulingMessage> messages;
};

// CUTYPE of the rooms and groups of the directory among the attendees, where none stands.
void name_user_types(const directory::DirectoryCopy& copy,
                     UtcSeconds now,
                     calendar::Component& calendar);

// Groups that are new among the attendees bring their members along (MEMBER); those whom a crash
// left untold (SCHEDULE-STATUS 1.0) are told.
std::expected<Plan, Refusal> make_plan(const directory::DirectoryCopy& copy, const Intent& intent);

}  // namespace kontor::scheduling
