// SPDX-License-Identifier: GPL-3.0-or-later
// What the rules of policy say of a transaction: how much its author may send and to whom, and from
// whom its recipients take mail.
#pragma once
#include <optional>

#include "server/smtp/session.hpp"

namespace kontor::smtp {

// Who signed in, or, in a trusted network, whose address the reverse-path is; nothing: a stranger.
std::optional<directory::PrincipalId> author_of(const Session& session, const wire::Path& sender);
// Of the author. Never null; nothing is limited for strangers, whom the policy does not know.
policy::SharedValues policy_of_author(const Session& session, const wire::Path& sender);

// Why the author may not send a message of this size (RFC 1870, 6.1); nothing: he may.
std::optional<wire::Reply> policy_size_refusal(const config::PolicyValues& author,
                                               std::uint64_t size);
// Why he may name no further recipient.
std::optional<wire::Reply> policy_count_refusal(const Session& session);
// Why this one may not be written to. Members of a list who take mail of people of this directory
// only are left out of it, when the author is not one of them; true in `is_narrowed`.
std::optional<wire::Reply> policy_recipient_refusal(const Session& session,
                                                    delivery::Resolved& resolved,
                                                    bool& is_narrowed);

}  // namespace kontor::smtp
