// SPDX-License-Identifier: GPL-3.0-or-later
// HELO, EHLO (RFC 5321, 4.1.1.1) and LHLO (RFC 2033, 4.1).
#include "server/smtp/commands.hpp"
#include "server/smtp/screened.hpp"

namespace kontor::smtp {
namespace {

// RFC 5321, 4.1.4: a hello clears a transaction under way, as RSET does.
Result<void> take_name(Session& session, const std::string& arguments, bool extended) {
  KONTOR_TRY(session.hello, wire::parse_hello(arguments));
  session.is_extended = extended;
  session.reset();
  screen_hello(session);
  return {};
}

}  // namespace

Task<Result<void>> cmd_helo(Session& session, std::string arguments) {
  if (const auto taken = take_name(session, arguments, false); !taken) {
    reply_bad(session, syntax_reply(taken.error()));
  } else {
    session.reply(wire::Reply(250, "", session.environment().settings.server.name));
  }
  co_return Result<void>();
}

Task<Result<void>> cmd_ehlo(Session& session, std::string arguments) {
  if (const auto taken = take_name(session, arguments, true); !taken) {
    reply_bad(session, syntax_reply(taken.error()));
    co_return Result<void>();
  }
  auto lines = extensions(session);
  lines.insert(lines.begin(), session.environment().settings.server.name);
  session.reply(wire::Reply(250, "", std::move(lines)));
  co_return Result<void>();
}

}  // namespace kontor::smtp
