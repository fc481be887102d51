// SPDX-License-Identifier: GPL-3.0-or-later
// The commands of a line or two (RFC 5321, 4.1.1.5 to 4.1.1.10).
#include "server/smtp/commands.hpp"

namespace kontor::smtp {

// RFC 5321, 3.5.3 and 7.3: who is here is not told before a message comes for him.
Task<Result<void>> cmd_vrfy(Session& session, std::string arguments) {
  if (arguments.empty()) {
    reply_bad(session, wire::Reply(501, "5.5.4", "an address is wanted"));
  } else {
    session.reply(wire::Reply(252, "2.0.0", "not told here; send a message and see"));
  }
  co_return Result<void>();
}

Task<Result<void>> cmd_expn(Session& session, std::string) {
  reply_bad(session, wire::Reply(502, "5.5.1", "lists are not expanded here"));
  co_return Result<void>();
}

Task<Result<void>> cmd_help(Session& session, std::string) {
  std::string names = "commands:";
  for (const auto& row : commands())
    if ((row.roles & bit_of(session.role())) != 0) names.append(" ").append(row.name);
  session.reply(wire::Reply(214, "2.0.0", names));
  co_return Result<void>();
}

Task<Result<void>> cmd_noop(Session& session, std::string) {
  session.reply(wire::Reply(250, "2.0.0", "OK"));
  co_return Result<void>();
}

Task<Result<void>> cmd_rset(Session& session, std::string) {
  session.reset();
  session.reply(wire::Reply(250, "2.0.0", "OK"));
  co_return Result<void>();
}

Task<Result<void>> cmd_quit(Session& session, std::string) {
  session.reply(wire::Reply(221, "2.0.0", "goodbye"));
  session.is_closing = true;
  co_return Result<void>();
}

}  // namespace kontor::smtp
