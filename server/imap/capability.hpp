// SPDX-License-Identifier: GPL-3.0-or-later
// What the server says it can do (RFC 9051, 6.1.1), for the session's state of now.
#pragma once
#include <string>

#include "server/imap/session.hpp"

namespace kontor::imap {

// "IMAP4rev2 IMAP4rev1 ...": before sign-in with STARTTLS, LOGINDISABLED and AUTH=... as they
// apply, afterwards with everything the rows of the command table and the list here announce.
std::string capability_text(const Session& session);

}  // namespace kontor::imap
