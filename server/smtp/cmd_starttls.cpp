// SPDX-License-Identifier: GPL-3.0-or-later
// STARTTLS (RFC 3207).
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"

namespace kontor::smtp {

Task<Result<void>> cmd_starttls(Session& session, std::string) {
  if (session.stream().is_tls()) {
    reply_bad(session, wire::Reply(503, "5.5.1", "TLS is on already"));
    co_return Result<void>();
  }
  if (session.environment().tls() == nullptr) {
    session.reply(wire::Reply(454, "4.7.0", "TLS is not available now"));
    co_return Result<void>();
  }
  session.reply(wire::Reply(220, "2.0.0", "go ahead"));
  KONTOR_CO_TRY(co_await session.flush());
  auto started = co_await session.start_tls();
  // Nothing sensible can be said on a broken handshake (RFC 3207, 4.1): the connection ends.
  if (!started) session.log().emit(log::events::k_smtp_tls_failed, started.error());
  co_return started;
}

}  // namespace kontor::smtp
