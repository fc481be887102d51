// SPDX-License-Identifier: GPL-3.0-or-later
// CAPABILITY, NOOP, CHECK, LOGOUT, NAMESPACE: no arguments, one answer.
#include "server/imap/capability.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/namespaces.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_capability(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  session.out.line("* CAPABILITY ", capability_text(session));
  co_return Tagged();
}

// What changed is told by the dispatcher, before the tagged response.
Task<Result<Tagged>> cmd_noop(Session&, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  co_return Tagged();
}

// RFC 3501, 6.4.1: everything acknowledged is on disk anyway; NOOP does as well.
Task<Result<Tagged>> cmd_check(Session&, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  co_return Tagged();
}

Task<Result<Tagged>> cmd_logout(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  // RFC 9051, 6.1.3: the untagged BYE comes before the tagged OK.
  session.out.line("* BYE ", session.say("Logging out"));
  session.state = State::logout;
  co_return Tagged();
}

Task<Result<Tagged>> cmd_namespace(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  session.out.line(namespace_line(session));
  co_return Tagged();
}

}  // namespace kontor::imap
