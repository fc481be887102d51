// SPDX-License-Identifier: GPL-3.0-or-later
// Who hands mail over on port 25 and is not trusted is screened (server/filter/screening): when he
// connects, at HELO, at MAIL and at each recipient.
#pragma once
#include <optional>
#include <string>

#include "server/smtp/session.hpp"

namespace kontor::smtp {

bool is_screened(const Session& session);

// At the start of a session, before the greeting; waits for screening.greeting_wait. The refusal
// stands in its place (RFC 5321, 3.1).
Task<std::optional<wire::Reply>> screen_client(Session& session);
void screen_hello(Session& session);
// Takes as long as the name servers, up to checks.timeout.
Task<std::optional<wire::Reply>> screen_sender(Session& session, const wire::Path& sender);
// `recipient` is one who would be taken, and stands for these. What his own lists say comes first:
// `is_allowed`, when they want this sender.
Task<std::optional<wire::Reply>> screen_recipient(Session& session,
                                                  std::string recipient,
                                                  const delivery::Resolved& resolved,
                                                  bool& is_allowed);

// What was found, for the start of the message; may be empty.
std::string screening_field(const Session& session);

}  // namespace kontor::smtp
