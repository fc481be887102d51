// SPDX-License-Identifier: GPL-3.0-or-later
// IDLE (RFC 9051, 6.3.13; RFC 2177). The account's watch raises the session's signal; the coroutine
// waits for it and for the client at once, without a buffer.
#include "base/core/text.hpp"
#include "server/imap/command_reader.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/standing.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {
namespace {

constexpr std::size_t k_max_done = 64;

// Until the client sends something, telling what changes.
Task<Result<void>> watch(Session& session) {
  const net::Limit limit = session.env.settings.imap.idle_timeout;
  while (session.reader.buffered().empty()) {
    KONTOR_CO_TRY(co_await check_standing(session));
    KONTOR_CO_TRY(co_await tell_changes(session, SyncRules(), Moment::idle));
    KONTOR_CO_TRY(co_await session.out.flush());
    auto wake = co_await session.stream->wait(&session.end->wake, limit);
    if (!wake) co_return fail(Errc::closed, wake.error().detail());
    if (*wake == net::Wake::timed_out)
      co_return fail(co_await say_bye(session, "Idle for too long"));
    if (*wake == net::Wake::readable) break;
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<Tagged>> cmd_idle(Session& session, Request request) {
  const auto parsed = wire::parse_nothing(request.arguments);
  if (!parsed) co_return bad_syntax(parsed.error());
  // Watching begins before the first look, so that nothing falls between them.
  const auto wake = [end = session.end] { end->wake.raise(); };
  const auto account_watch = session.account->watch(wake);
  // Of another account the changes and the list that lets him read it.
  store::Watch other_watch;
  if (session.selected && session.selected->account() != session.account)
    other_watch = session.selected->account()->watch(wake);
  session.show_state("idle");
  session.out.line("+ idling");
  auto watched = co_await watch(session);
  session.show_state();
  if (!watched) co_return fail(std::move(watched).error());
  const auto line = co_await read_line(session, k_max_done);
  if (!line && line.error().code() == Errc::closed) co_return fail(line.error());
  if (!line || !iequals(*line, "DONE")) co_return Tagged(Status::bad, "", "expected DONE");
  co_return Tagged();
}

}  // namespace kontor::imap
