// SPDX-License-Identifier: GPL-3.0-or-later
// CAPABILITY, LOGOUT, NOOP, STARTTLS and UNAUTHENTICATE (RFC 5804, 2).
#include "server/managesieve/commands.hpp"

namespace kontor::managesieve {

Task<Result<void>> cmd_capability(Session& session, Command) {
  session.append_capabilities();
  session.ok();
  co_return Result<void>();
}

Task<Result<void>> cmd_logout(Session& session, Command) {
  session.ok({}, "goodbye");
  session.is_closing = true;
  co_return Result<void>();
}

Task<Result<void>> cmd_noop(Session& session, Command command) {
  std::string code;
  if (!command.arguments.empty()) {
    code = "TAG ";
    wire::append_string(code, command.arguments[0].text);
  }
  session.ok(code, "done");
  co_return Result<void>();
}

Task<Result<void>> cmd_starttls(Session& session, Command) {
  if (session.stream().is_tls()) {
    session.no({}, "TLS is active already");
    co_return Result<void>();
  }
  if (session.environment().tls() == nullptr) {
    session.no("TRYLATER", "there is no certificate");
    co_return Result<void>();
  }
  session.ok({}, "begin TLS negotiation now");
  KONTOR_CO_TRY(co_await session.flush());
  KONTOR_CO_TRY(co_await session.start_tls());
  session.append_capabilities();  // RFC 5804, 2.2
  session.ok({}, "TLS is active");
  co_return Result<void>();
}

Task<Result<void>> cmd_unauthenticate(Session& session, Command) {
  session.leave();
  session.ok({}, "signed out");
  co_return Result<void>();
}

}  // namespace kontor::managesieve
