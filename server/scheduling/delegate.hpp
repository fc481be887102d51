// SPDX-License-Identifier: GPL-3.0-or-later
// Who acts for somebody else: SENT-BY (RFC 5545, 3.2.18), and the privileges it takes (RFC 6638,
// 6.2). Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "calendar/itip/message.hpp"
#include "server/scheduling/plan.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::scheduling {

// "mailto:" of a delegate; empty: the owner acts.
std::string sent_by_of(const Acting& by);

// Why the messages cannot be sent in the owner's name; nothing: they can, or there are none.
std::optional<Refusal> check_sending(const Acting& by,
                                     const std::vector<calendar::SchedulingMessage>& messages);

// SENT-BY of `self` is the server's to say: as it stands in the old object, whatever a client says.
// By itself it is no change.
void keep_sent_by(const calendar::CalendarObject* before,
                  calendar::Component& after,
                  const std::vector<std::string>& self);
// In every component, of the organizer or of the attendee that the owner is; empty: it goes.
void set_sent_by(calendar::Component& calendar,
                 const std::vector<std::string>& self,
                 Role role,
                 const std::string& sent_by);

}  // namespace kontor::scheduling
