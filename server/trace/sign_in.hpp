// SPDX-License-Identifier: GPL-3.0-or-later
// What every protocol's sign-in shares. Guessing is slowed down behind the SignInService
// (guarded_sign_in.hpp); nothing is left to do for the protocols.
#pragma once
#include <cstdint>
#include <string>

#include "base/core/answers.hpp"
#include "base/net/stream.hpp"
#include "directory/model/sign_in.hpp"

namespace kontor::trace {

// `service` is the GSSAPI service name: "imap", "smtp", "pop".
directory::SignInContext sign_in_context(std::string service,
                                         const net::Stream& stream,
                                         std::uint64_t session);

// May the person of a finished exchange act for whom he asked? Only for himself, under any of his
// names (RFC 4422, 3.4.1: acting for another needs a right that nobody has here). auth_failed.
Result<void> check_authorization(const directory::SaslStep& step,
                                 const directory::Directory& directory,
                                 std::string_view default_domain);

// What a client is told whose sign-in failed: answer_for(), but no_permission is about the person
// who proved to be himself: another password would not help, his administrator would (RFC 5530, 3;
// RFC 5248, X.7.13; RFC 3206, 3).
const Answer& sign_in_answer(Errc code) noexcept;

}  // namespace kontor::trace
