// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a transaction: the message is whole, however it came (DATA or BDAT). It is looked at,
// routed and answered: LMTP answers each recipient (RFC 2033, 4.2), SMTP answers for all of them at
// once.
#pragma once
#include <optional>
#include <string>

#include "server/smtp/session.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {

// Why no message may come now; nothing: it may.
std::optional<wire::Reply> refusal_before_message(const Session& session);
// One for the message, or one a recipient.
void reply_refusal(Session& session, const wire::Reply& reply);

wire::Reply too_large_reply();
std::optional<wire::Reply> bare_line_end_reply();
// What the limits of a session say to a message of `size` bytes that has been read: a refusal, or
// nothing.
std::optional<wire::Reply> size_refusal(Session& session, std::uint64_t size);
// Logs and traces the refusal of a message as a whole, and replies.
void refuse_message(Session& session, const Heard& heard, const wire::Reply& reply);

// Checks, routes, replies. The transaction is over afterwards, whatever came out.
Task<void> accept_message(Session& session, std::string message);

}  // namespace kontor::smtp
