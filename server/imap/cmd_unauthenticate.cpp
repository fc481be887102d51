// SPDX-License-Identifier: GPL-3.0-or-later
// UNAUTHENTICATE (RFC 8437): the connection is nobody's again, as it was behind its greeting. TLS
// stays; compression ends behind the tagged OK.
#include "server/imap/capability.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_unauthenticate(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  const std::string said = session.say("signed out");
  session.sign_out();
  const std::string capabilities = capability_text(session);
  session.out.line(request.tag, " OK [CAPABILITY ", capabilities, "] ", said);
  KONTOR_CO_TRY(co_await session.out.flush());
  if (session.deflated != nullptr) {
    auto plain = session.deflated->unwrap();
    session.deflated = nullptr;
    session.speak_through(std::move(plain));
  }
  Tagged done;
  done.answered = true;
  co_return done;
}

}  // namespace kontor::imap
