// SPDX-License-Identifier: GPL-3.0-or-later
// ID (RFC 2971): who the client says it is, for the log; who we are.
#include "base/log/events/imap.hpp"
#include "base/log/keys.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_id(Session& session, Request request) {
  const auto fields = wire::parse_id(request.arguments);
  if (!fields) co_return bad_syntax(fields.error());
  session.out.line("* ID (\"name\" \"Kontor\" \"version\" \"", KONTOR_VERSION, "\")");
  co_return Tagged();
}

}  // namespace kontor::imap
