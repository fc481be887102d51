// SPDX-License-Identifier: GPL-3.0-or-later
// AUTH (RFC 5034), and USER with PASS (RFC 1939, 7).
#include "server/pop3/commands.hpp"
#include "server/pop3/sign_in.hpp"
#include "server/pop3/wire/command.hpp"

namespace kontor::pop3 {
namespace {

// Without an argument: the mechanisms, one a line. No standard has it any more, clients do
// (docs/quirks.md).
void list_mechanisms(Session& session) {
  session.ok("mechanisms follow");
  for (const auto& name : session.environment().sign_in.mechanisms(session.stream().is_tls()))
    session.out().append(name).append("\r\n");
  session.out().append(".\r\n");
}

}  // namespace

Task<Result<void>> cmd_auth(Session& session, std::string arguments) {
  if (arguments.empty()) {
    list_mechanisms(session);
    co_return Result<void>();
  }
  auto command = wire::parse_auth(arguments);
  if (!command) {
    session.bad(command.error().detail());
    co_return Result<void>();
  }
  co_return co_await sign_in_by_mechanism(session, std::move(command->mechanism),
                                          std::move(command->response));
}

Task<Result<void>> cmd_user(Session& session, std::string arguments) {
  session.user = std::move(arguments);
  session.ok("send PASS");  // RFC 1939, 13: whether there is such a person is not told
  co_return Result<void>();
}

Task<Result<void>> cmd_pass(Session& session, std::string arguments) {
  // RFC 1939, 7: only directly after a USER that was answered with +OK
  std::string user = std::exchange(session.user, {});
  if (user.empty()) {
    session.bad("USER comes first");
    co_return Result<void>();
  }
  co_return co_await sign_in_by_password(session, std::move(user), std::move(arguments));
}

}  // namespace kontor::pop3
