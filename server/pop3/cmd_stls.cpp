// SPDX-License-Identifier: GPL-3.0-or-later
// STLS (RFC 2595, 4).
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {

Task<Result<void>> cmd_stls(Session& session, std::string) {
  if (session.stream().is_tls()) {
    session.bad("TLS is active already");
    co_return Result<void>();
  }
  if (session.environment().tls() == nullptr) {
    session.refuse(Error(Errc::unavailable, "no certificate"));
    co_return Result<void>();
  }
  session.ok("begin TLS negotiation now");
  KONTOR_CO_TRY(co_await session.flush());
  session.user.clear();  // RFC 2595, 4
  co_return co_await session.start_tls();
}

}  // namespace kontor::pop3
