// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/server.hpp"

#include "base/log/events/server.hpp"
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/screened.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {
namespace {

// RFC 5321, 4.5.3.1.4 asks for 512 bytes and more for extensions; AUTH lines carry Kerberos
// tickets.
constexpr std::size_t k_max_line = 4'096;
constexpr std::size_t k_max_auth_line = 98'304;

std::size_t max_line(const Session& session) {
  return session.role() == Role::submission && !session.identity ? k_max_auth_line : k_max_line;
}

void greet(Session& session) {
  const auto& name = session.environment().settings.server.name;
  const std::string_view protocol = session.role() == Role::lmtp ? " LMTP" : " ESMTP";
  session.reply(wire::Reply(220, "", name + std::string(protocol) + " Kontor"));
}

// The last words to a client whose connection ends by `error`; none when he is gone.
void say_goodbye(Session& session, const Error& error) {
  switch (error.code()) {
    case Errc::timed_out:  // RFC 5321, 4.5.3.2.7
      session.reply(wire::Reply(421, "4.4.2", "nothing came for too long"));
      return;
    case Errc::cancelled:
      session.reply(wire::Reply(
          421, "4.3.2", error.detail().empty() ? "the server is going down" : error.detail()));
      return;
    default:
      return;
  }
}

Task<Result<void>> serve_commands(Session& session) {
  if (const auto refused = co_await screen_client(session)) {
    trace_refusal(session, *refused);
    session.reply(*refused);
    session.is_closing = true;
  } else {
    greet(session);
  }
  while (!session.is_closing) {
    auto line = co_await session.read_line(max_line(session));
    if (line) {
      session.renew_identity();
      KONTOR_CO_TRY(co_await dispatch(session, *std::move(line)));
    } else if (line.error().code() == Errc::limit) {
      reply_bad(session, wire::Reply(500, "5.5.2", "line too long"));
    } else {
      co_return fail(line.error());
    }
    if (session.bad_commands > session.limits().max_bad_commands) {
      session.reply(wire::Reply(421, "4.7.0", "too many errors"));
      session.is_closing = true;
    }
  }
  co_return Result<void>();
}

Task<void> serve_session(Session& session, bool implicit_tls) {
  if (implicit_tls) {
    const auto started = co_await session.start_tls();
    if (!started) {
      session.log().emit(log::events::k_smtp_tls_failed, started.error());
      co_return;
    }
  }
  const auto served = co_await serve_commands(session);
  if (!served) say_goodbye(session, served.error());
  session.log().emit(log::events::k_smtp_session_closed,
                     {{log::Keys::reason, served ? "goodbye" : served.error().text()}});
}

// A connection over the limit is told so, unless it would have to be said through TLS.
Task<void> turn_away(net::Stream& stream, bool implicit_tls, net::Limit limit) {
  const auto goodbye = wire::format(wire::Reply(421, "4.7.0", "too many connections"));
  if (!implicit_tls) static_cast<void>(co_await stream.write(goodbye, limit));
  co_await stream.close();
}

}  // namespace

Task<void> serve(std::unique_ptr<net::Stream> stream,
                 Role role,
                 bool implicit_tls,
                 const Environment& environment) {
  std::string fault;
  try {
    auto row =
        environment.sessions.enter(std::string(protocol_of(role)), stream->peer(), implicit_tls);
    if (!row) {
      environment.log.emit(log::events::k_connection_refused, row.error(),
                           {{log::Keys::peer, stream->peer().text()}});
      const net::Limit limit = environment.settings.smtp.timeout;
      co_await turn_away(*stream, implicit_tls, limit);
      co_return;
    }
    Session session(std::move(stream), role, environment, *std::move(row));
    session.log().emit(log::events::k_smtp_session_opened);
    co_await serve_session(session, implicit_tls);
    co_await session.close();
  } catch (const std::exception& error) {
    fault = error.what();
  }
  if (!fault.empty())
    environment.log.emit(log::events::k_smtp_session_failed, {{log::Keys::detail, fault}});
}

}  // namespace kontor::smtp
