// SPDX-License-Identifier: GPL-3.0-or-later
// IDLE (RFC 9051, 6.3.13; RFC 2177). The account's watch raises the session's signal; the coroutine
// waits for it and for the client at once, without a buffer.
#include "base/core/frames.hpp"
#include "base/core/text.hpp"
#include "server/imap/command_reader.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/standing.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_done = 64;

store::Watch watch(store::Account& account, const Session& session) {
  return account.watch([end = session.end] { end->wake.raise(); });
}

Task<Result<void>> tell_all(Session& session) {
  KONTOR_CO_TRY(co_await check_standing(session));
  KONTOR_CO_TRY(co_await tell_changes(session, SyncRules(), Moment::idle));
  co_return co_await session.out.flush();
}

// After the wait for the client has ended: its DONE.
Task<Result<Tagged>> end_idle(Session& session, Result<net::Wake> wake) {
  session.show_state();
  if (!wake) co_return fail(Errc::closed, wake.error().detail());
  if (*wake == net::Wake::timed_out) co_return fail(co_await say_bye(session, "Idle for too long"));
  const auto line = co_await read_line(session, k_max_done);
  if (!line && line.error().code() == Errc::closed) co_return fail(line.error());
  if (!line || !iequals(*line, "DONE")) co_return Tagged(Status::bad, "", "expected DONE");
  co_return Tagged();
}

// Tells what changes until the client sends something. Nothing stands here across the wait that is
// not needed then.
Task<Result<Tagged>> idle(Session& session) {
  // Watching begins before the first look, so that nothing falls between them.
  const auto account_watch = watch(*session.account, session);
  // Of another account the changes and the list that lets him read it.
  store::Watch other_watch;
  if (session.selected && session.selected->account() != session.account)
    other_watch = watch(*session.selected->account(), session);
  session.show_state("idle");
  session.out.line("+ idling");
  let_go_of_frames();
  Result<net::Wake> wake = net::Wake::readable;
  while (session.reader.buffered().empty()) {
    if (auto told = co_await tell_all(session); !told) {
      session.show_state();
      co_return fail(std::move(told).error());
    }
    let_go_of_frames();
    wake =
        co_await session.stream->wait(&session.end->wake, session.env.settings.imap.idle_timeout);
    if (!wake || *wake != net::Wake::signalled) break;
  }
  co_return co_await end_idle(session, std::move(wake));
}

Task<Result<Tagged>> answer_with(Tagged tagged) { co_return tagged; }

}  // namespace

// No coroutine: the request is not held while the session waits.
Task<Result<Tagged>> cmd_idle(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  let_go_of_frames();
  return parsed ? idle(session) : answer_with(bad_syntax(parsed.error()));
}

}  // namespace kontor::imap
