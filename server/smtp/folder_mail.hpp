// SPDX-License-Identifier: GPL-3.0-or-later
// Mail to the address of a folder: who may post there. The right p of the folder's list says it
// (RFC 4314, 2.1), as the account has it now; of who signed in, or, in a trusted network, of whose
// address the reverse-path is, by his name and groups; of everybody else by what "anyone" and
// "anonymous" have. In a group, only the group's rules count.
#pragma once
#include <optional>

#include "server/smtp/session.hpp"

namespace kontor::smtp {

// Why this address of a folder may not be written to; nothing: it may, or it is none.
Task<std::optional<wire::Reply>> folder_refusal(const Session& session,
                                                const delivery::Resolved& resolved);

}  // namespace kontor::smtp
