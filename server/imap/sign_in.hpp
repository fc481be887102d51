// SPDX-License-Identifier: GPL-3.0-or-later
// What AUTHENTICATE and LOGIN share: the context of a sign-in, and how a session becomes
// somebody's.
#pragma once
#include "server/imap/command.hpp"

namespace kontor::imap {

directory::SignInContext sign_in_context(const Session& session);
// Opens the person's mailbox; the tagged OK carries the capabilities of now (RFC 9051, 7.1).
// limit: too many connections of this person. no_permission: has no mailbox.
Task<Result<Tagged>> become(Session& session, directory::Identity identity);
// The tagged NO of a failed sign-in, with the true reason in the log only. A wrong password counts
// as a bad command: too many of them end the connection.
Tagged sign_in_refused(Session& session, const Error& error, std::string_view user);

}  // namespace kontor::imap
