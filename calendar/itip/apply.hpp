// SPDX-License-Identifier: GPL-3.0-or-later
// What a message that came does to the calendar of whom it is for (RFC 5546, 3). Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "calendar/itip/message.hpp"

namespace kontor::calendar {

enum class Applied : unsigned char {
  created,    // a new invitation: store `calendar`
  updated,    // store `calendar` in the place of the old one
  cancelled,  // likewise: the whole object is STATUS:CANCELLED
  removed,    // delete the stored object: nothing of it is left
  stale,      // older than what is stored: nothing to do
  countered,  // COUNTER: a proposal for the organizer to see; nothing is stored
  nothing,    // does not concern the stored object
};

struct AppliedMessage {
  Applied outcome = Applied::nothing;
  std::optional<Component> calendar;        // of created, updated and cancelled
  std::vector<SchedulingMessage> messages;  // the answer to a REFRESH
  bool others_should_know = false;          // a REPLY changed an answer that all attendees see
};

struct ApplyOptions {
  std::vector<std::string> self;    // addresses of whose calendar it is
  bool take_party_crashers = true;  // a REPLY of somebody who was not invited adds him
  UtcSeconds now;
};

// What is to be stored is checked by read_object() like a client's. `stored` is null when there is
// no object of that UID. A message whose sender may not say such a thing is `nothing`: a REQUEST,
// ADD or CANCEL must come from the organizer (`from`), a REPLY, REFRESH or COUNTER from the
// attendee it names.
AppliedMessage apply_message(const CalendarObject* stored,
                             const CalendarObject& message,
                             std::string_view from,
                             const ApplyOptions& options);

}  // namespace kontor::calendar
