// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one connection: greeting, commands one after another, goodbye. Commands of a pipeline
// run in order (RFC 2449, 6.6).
#include "server/pop3/server.hpp"

#include "base/core/answers.hpp"
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"
#include "server/pop3/commands.hpp"

namespace kontor::pop3 {
namespace {

using log::Keys;

// RFC 2449, 4: a command has at most 255 octets; more for UTF-8 names and passwords (RFC 6856, 4).
constexpr std::size_t k_max_line = 1'024;
// AUTH carries tickets: one with many groups in it reaches 48 KB ([MS-KILE] 3.1.1.5).
constexpr std::size_t k_max_auth_line = 98'304;
constexpr net::Limit k_goodbye_limit{10'000};

std::size_t max_line(const Session& session) {
  return session.identity() ? k_max_line : k_max_auth_line;
}

Task<Result<void>> serve_commands(Session& session) {
  // RFC 1939, 4 and 7: without a timestamp in it, as APOP is not offered
  session.ok(session.environment().settings.server.name + " Kontor ready");
  while (!session.is_closing) {
    auto line = co_await session.read_line(max_line(session));
    if (line) {
      KONTOR_CO_TRY(co_await dispatch(session, *std::move(line)));
    } else if (line.error().code() == Errc::limit) {
      session.bad("line too long");
    } else {
      co_return fail(line.error());
    }
    if (session.bad_commands > session.environment().settings.pop3.max_bad_commands) {
      session.error("too many errors");
      session.is_closing = true;
    }
    KONTOR_CO_TRY(co_await session.flush_if_large());
  }
  co_return Result<void>();
}

// Why it ended, in words for the log.
Task<std::string> converse(Session& session, bool implicit_tls) {
  if (implicit_tls) {
    const auto started = co_await session.start_tls();
    if (!started) co_return started.error().text();
  }
  session.log().emit(log::events::k_pop3_connection_opened);
  const auto served = co_await serve_commands(session);
  if (served) co_return "goodbye";
  // RFC 1939, 3: at a timeout the connection is closed without a word, and nothing is deleted.
  if (served.error().code() == Errc::cancelled) {
    session.out().append("-ERR [SYS/TEMP] ").append(served.error().detail()).append("\r\n");
  }
  co_return served.error().text();
}

Task<void> serve_session(Session& session, bool implicit_tls) {
  std::string reason = "internal error";
  try {
    reason = co_await converse(session, implicit_tls);
  } catch (const std::exception& error) {
    // A broken promise of our own: this connection ends, the others go on.
    session.out().clear();
    session.log().emit(log::events::k_pop3_command_failed,
                       {{Keys::command, session.command}, {Keys::detail, error.what()}});
  }
  session.log().emit(log::events::k_pop3_connection_closed,
                     {{Keys::reason, reason},
                      {Keys::count, session.retrieved},
                      {Keys::bytes, session.written + session.out().size()}});
}

// A connection over the limit is told so, unless it would have to be said through TLS.
Task<void> turn_away(net::Stream& stream, bool implicit_tls) {
  const std::string_view goodbye = "-ERR [SYS/TEMP] too many connections\r\n";
  if (!implicit_tls) static_cast<void>(co_await stream.write(goodbye, k_goodbye_limit));
  co_await stream.close();
}

}  // namespace

Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment) {
  auto row = environment.sessions.enter("pop3", stream->peer(), implicit_tls);
  if (!row) {
    environment.log.emit(log::events::k_pop3_connection_refused, row.error(),
                         {{Keys::peer, stream->peer().text()}});
    co_await turn_away(*stream, implicit_tls);
    co_return;
  }
  Session session(std::move(stream), environment, *std::move(row));
  co_await serve_session(session, implicit_tls);
  co_await session.close();
}

}  // namespace kontor::pop3
