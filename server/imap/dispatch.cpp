// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/dispatch.hpp"

#include "base/core/answers.hpp"
#include "base/log/events/imap.hpp"
#include "base/log/keys.hpp"
#include "server/imap/command.hpp"
#include "server/imap/notices.hpp"
#include "server/imap/standing.hpp"

namespace kontor::imap {
namespace {

using log::Keys;

// Why the row forbids the command now; nothing when it may run.
std::optional<Tagged> forbidden(const Session& session, const CommandRow& row) {
  if ((row.states & static_cast<unsigned>(session.state)) == 0) {
    if (!session.identity) return Tagged(Status::bad, "", "sign in first");
    if (session.state == State::authenticated && (row.states & k_selected) != 0)
      return Tagged(Status::bad, "", "select a mailbox first");
    return Tagged(Status::bad, "", "already signed in");
  }
  // RFC 9051, 6.2.3: a password never travels in the clear.
  if ((row.effects & effect::plain_password) != 0 && !session.stream->is_tls())
    return Tagged(Status::no, "PRIVACYREQUIRED", "use STARTTLS first");
  // RFC 9586, 3.2; REPLACE says so itself, behind its literal.
  constexpr unsigned k_both = effect::uses_seqs | effect::takes_literals;
  if (session.enabled.uid_only && (row.effects & k_both) == effect::uses_seqs)
    return Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more");
  if ((row.effects & effect::needs_write) != 0 && session.selected->read_only())
    return Tagged(Status::no, "NOPERM", "the mailbox is open for reading only");
  return std::nullopt;
}

constexpr std::string_view word_of(Status status) {
  switch (status) {
    case Status::ok:
      return "OK";
    case Status::no:
      return "NO";
    case Status::bad:
      return "BAD";
  }
  return "BAD";
}

void answer(Session& session, const Request& request, const Tagged& tagged) {
  std::string& out = session.out.buffer();
  out.append(request.tag).append(" ").append(word_of(tagged.status)).append(" ");
  if (!tagged.code.empty()) out.append("[").append(tagged.code).append("] ");
  if (tagged.text.empty())
    out.append(session.say(std::string(request.row->name) + " completed"));
  else
    out.append(session.say(tagged.text));
  out.append("\r\n");
}

void note(Session& session, const Request& request, const Result<Tagged>& outcome) {
  const auto command = log::Field(Keys::command, request.row->name);
  if (!outcome)
    session.log.emit(log::events::k_imap_command_refused, outcome.error(), {command});
  else if (outcome->status == Status::ok)
    session.log.emit(log::events::k_imap_command_done, {command});
  else
    session.log.emit(log::events::k_imap_command_refused, {command, {Keys::reason, outcome->text}});
}

}  // namespace

Tagged bad_syntax(const Error& error) { return {Status::bad, "", error.detail()}; }

Tagged refusal(const Error& error) {
  const Answer& row = answer_for(error.code());
  return {row.imap_bad ? Status::bad : Status::no, std::string(row.imap_code),
          std::string(row.text)};
}

namespace {

// What follows the handler: tells what changed meanwhile and gives the tagged response. A coroutine
// of its own, so that a command that waits (IDLE) holds none of it.
Task<Result<void>> finish(Session& session, const Request& request, Result<Tagged> outcome) {
  note(session, request, outcome);
  if (!outcome && outcome.error().code() == Errc::closed) co_return fail(outcome.error());
  Tagged tagged = outcome ? *std::move(outcome) : refusal(outcome.error());
  if (tagged.answered) co_return Result<void>();
  if ((request.row->effects & effect::no_sync) == 0) {
    SyncRules rules;
    rules.expunges = (request.row->effects & effect::withholds_expunge) == 0;
    rules.reported = tagged.reported;
    KONTOR_CO_TRY(co_await tell_changes(session, rules, Moment::command_end));
  }
  if (tagged.tells_modseq && tagged.code.empty() && session.enabled.qresync)
    tagged.code = "HIGHESTMODSEQ " + std::to_string(session.selected->told_modseq());
  answer(session, request, tagged);
  if (tagged.status == Status::bad)
    ++session.bad_commands;
  else if (tagged.status == Status::ok)
    session.bad_commands = 0;
  co_return Result<void>();
}

}  // namespace

Request request_of(ReadCommand command) {
  return {.tag = std::move(command.head.tag),
          .row = command.row,
          .arguments = command.text.substr(command.head.arguments),
          .by_uid = command.head.by_uid};
}

namespace {

// A handler may wait for long (IDLE): beside it only this is held.
Task<Result<void>> carry_out(Session& session, Request request, Task<Result<Tagged>> handled) {
  auto finished = finish(session, request, co_await std::move(handled));
  co_return co_await std::move(finished);
}

}  // namespace

Task<Result<Task<Result<void>>>> dispatch(Session& session, Request request) {
  session.command = request.row->name;
  KONTOR_CO_TRY(co_await check_standing(session));
  if (auto why = forbidden(session, *request.row)) {
    KONTOR_CO_TRY(co_await finish(session, request, *std::move(why)));
    co_return nothing_more();
  }
  Request known;  // what is needed of it when the handler is done
  known.tag = request.tag;
  known.row = request.row;
  co_return carry_out(session, std::move(known), request.row->handler(session, std::move(request)));
}

Task<Result<void>> nothing_more() { co_return Result<void>(); }

}  // namespace kontor::imap
