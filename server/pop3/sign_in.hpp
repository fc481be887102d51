// SPDX-License-Identifier: GPL-3.0-or-later
// Sign-in, all of it: AUTH and USER with PASS end here, and a session becomes somebody's nowhere
// else.
#pragma once
#include <optional>
#include <string>

#include "server/pop3/session.hpp"

namespace kontor::pop3 {

// Both answer the client. An Error ends the connection.
Task<Result<void>> sign_in_by_password(Session& session, std::string user, std::string password);
// Carries the steps of a SASL mechanism (RFC 5034, 4); `response` is the initial one.
Task<Result<void>> sign_in_by_mechanism(Session& session,
                                        std::string mechanism,
                                        std::optional<std::string> response);

}  // namespace kontor::pop3
