// SPDX-License-Identifier: GPL-3.0-or-later
// The life of one connection: greeting, commands one after another, goodbye. Commands of a
// pipeline run in order; answers are written when nothing more is buffered from the client, so that
// a pipeline costs few writes. Between commands the coroutine waits without any buffer.
#include <algorithm>
#include <chrono>

#include "base/core/answers.hpp"
#include "base/core/frames.hpp"
#include "base/log/events/imap.hpp"
#include "base/log/keys.hpp"
#include "server/imap/capability.hpp"
#include "server/imap/command.hpp"
#include "server/imap/command_reader.hpp"
#include "server/imap/dispatch.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/standing.hpp"

namespace kontor::imap {
namespace {

using log::Keys;
constexpr net::Limit k_handshake_limit{30'000};
constexpr net::Limit k_sign_in_limit{180'000};  // to wait for a command before sign-in

net::Limit wait_limit(const Session& session) {
  const net::Limit idle = session.env.settings.imap.idle_timeout;
  return session.identity ? idle : std::min(idle, k_sign_in_limit);
}

// What is to be said before a wait.
Task<Result<void>> say_all(Session& session) {
  KONTOR_CO_TRY(co_await check_standing(session));
  if (tells_between(session)) {
    KONTOR_CO_TRY(co_await tell_changes(session, SyncRules(), Moment::between));
  }
  co_return co_await session.out.flush();
}

Task<Result<void>> say_too_idle(Session& session) {
  co_return fail(co_await say_bye(session, "Idle for too long"));
}

// Until a command can be read, the limit is over or the session is to end.
Task<Result<void>> wait_for_input(Session& session) {
  while (session.reader.buffered().empty()) {
    KONTOR_CO_TRY(co_await say_all(session));
    let_go_of_frames();
    auto wake = co_await session.stream->wait(&session.end->wake, wait_limit(session));
    if (!wake) co_return fail(std::move(wake).error());
    if (*wake == net::Wake::readable) co_return Result<void>();
    if (*wake == net::Wake::timed_out) co_return co_await say_too_idle(session);
  }
  co_return Result<void>();
}

// BAD for what could not be run as a command at all.
void answer_problem(Session& session, const ReadCommand& command) {
  const std::string tag = command.head.tag.empty() ? "*" : command.head.tag;
  const std::string text = command.problem.value_or(
      command.head.name.empty() ? "a command name is missing" : "unknown command");
  session.out.line(tag, " BAD ", session.say(text));
  ++session.bad_commands;
}

// The next command as the task that runs it; what cannot be run is answered. Nothing of its reading
// is held while it runs: a session in IDLE is in the middle of one.
Task<Result<Task<Result<void>>>> next_command(Session& session) {
  KONTOR_CO_TRY(auto command, co_await read_command(session));
  if (!command.problem && command.row != nullptr)
    co_return co_await dispatch(session, request_of(std::move(command)));
  answer_problem(session, command);
  co_return nothing_more();
}

Task<Result<void>> after_command(Session& session) {
  if (session.bad_commands > session.env.settings.imap.max_bad_commands)
    co_return fail(co_await say_bye(session, "Too many bad commands"));
  co_return co_await session.out.flush_if_large();
}

void greet(Session& session) {
  session.out.line("* OK [CAPABILITY ", capability_text(session), "] ",
                   session.env.settings.server.name, " Kontor ready");
}

// No answer of a step is kept across the next one (as KONTOR_CO_TRY would keep it): idle sessions
// stand here.
Task<Result<void>> run(Session& session) {
  greet(session);
  while (session.state != State::logout) {
    if (auto waited = co_await wait_for_input(session); !waited) co_return waited;
    auto command = co_await next_command(session);
    if (!command) co_return fail(std::move(command).error());
    if (auto done = co_await *std::move(command); !done) co_return done;
    if (auto after = co_await after_command(session); !after) co_return after;
  }
  co_return co_await session.out.flush();
}

Task<Result<void>> secure(Session& session) {
  auto certificate = session.env.tls();
  if (!certificate) co_return fail(Errc::closed, "no certificate");
  auto secured = co_await session.stream->start_tls(std::move(certificate), k_handshake_limit);
  if (!secured) {
    session.log.emit(log::events::k_imap_tls_failed, secured.error());
    co_return fail(Errc::closed, "TLS handshake failed");
  }
  session.row->set_tls(true);
  co_return Result<void>();
}

// The connection as it is when commands may come.
Task<Result<void>> begin(Session& session, bool implicit_tls) {
  if (implicit_tls) {
    KONTOR_CO_TRY(co_await secure(session));
  }
  session.log.emit(log::events::k_imap_connection_opened);
  co_return Result<void>();
}

void listen_for_end(Session& session) {
  // Shared: who ends sessions may call while this one is going away.
  session.row->on_end([end = session.end](std::string reason) {
    end->reason.with([&](auto& value) { value = std::move(reason); });
    end->wake.raise();
  });
  session.row->on_renewed([end = session.end] { end->wake.raise(); });
}

Task<void> refuse(Session& session, const Error& error) {
  session.log.emit(log::events::k_imap_connection_refused, error);
  session.out.line("* BYE ", answer_for(error.code()).text);
  auto told = co_await session.out.flush();
  if (!told) session.log.emit(log::events::k_imap_connection_closed, told.error());
}

Task<void> serve_session(Session& session, bool implicit_tls) {
  auto row = session.env.sessions.enter("imap", session.stream->peer(), implicit_tls);
  if (!row) {
    // In the clear even on the TLS port: a handshake would cost more than the refusal is worth.
    co_await refuse(session, row.error());
    co_return;
  }
  session.row = *std::move(row);
  session.log_as_connection();
  listen_for_end(session);
  std::string reason = "internal error";
  try {
    auto ended = co_await begin(session, implicit_tls);
    if (ended) ended = co_await run(session);
    reason = ended ? "logout" : ended.error().detail();
  } catch (const std::exception& error) {
    // A broken promise of our own: this connection ends, the others go on.
    session.log.emit(log::events::k_imap_command_failed,
                     {{Keys::command, session.command}, {Keys::detail, error.what()}});
    session.out.buffer().clear();
    session.out.line("* BYE [SERVERBUG] ", session.say(answer_for(Errc::internal).text));
  }
  auto flushed = co_await session.out.flush();
  if (!flushed) reason += ", the client was gone";
  session.log.emit(log::events::k_imap_connection_closed,
                   {{Keys::reason, reason}, {Keys::bytes, session.out.bytes_written()}});
}

}  // namespace

Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment) {
  Session session(environment, std::move(stream));
  co_await serve_session(session, implicit_tls);
  co_await session.stream->close();
}

}  // namespace kontor::imap
