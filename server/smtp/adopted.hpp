// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody who signed in by POP3 from the client's address a moment ago is taken for who sends
// (smtp.pop_before_smtp; off unless it is set).
#pragma once
#include "server/smtp/session.hpp"

namespace kontor::smtp {

// Before MAIL of who did not sign in. Nothing happens when nobody did, when the directory does not
// have him any more, or when policy does not let him send from there.
void adopt_identity(Session& session);

}  // namespace kontor::smtp
