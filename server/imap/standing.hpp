// SPDX-License-Identifier: GPL-3.0-or-later
// What the directory says of a session's person while the session is open.
#pragma once
#include "server/imap/session.hpp"

namespace kontor::imap {

// Asked before each command and whenever the session is woken: takes the person's identity as it is
// now, and ends the session when it was told to end or its selected mailbox may not be read any
// more. No response takes a mailbox away from a client that has it open but BYE (RFC 2180, 3.3,
// says so of deleted ones); it learns by SELECT which mailboxes are left. closed: the client has
// been told BYE.
Task<Result<void>> check_standing(Session& session);

}  // namespace kontor::imap
