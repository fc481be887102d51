// SPDX-License-Identifier: GPL-3.0-or-later
// The commands about scripts (RFC 5804, 2.5 to 2.12).
#include "base/core/text.hpp"
#include "server/delivery/script_run.hpp"
#include "server/managesieve/commands.hpp"

namespace kontor::managesieve {
namespace {

// Answers NO as RFC 5804, 1.3, wants it for this error.
void refuse_script(Session& session, const Error& error) {
  switch (error.code()) {
    case Errc::over_quota:
      return session.no(error.detail().starts_with("number") ? "QUOTA/MAXSCRIPTS"
                        : error.detail().starts_with("size") ? "QUOTA/MAXSIZE"
                                                             : "QUOTA",
                        error.detail());
    case Errc::limit:
      return session.no("QUOTA", "too much is kept with this mailbox");
    case Errc::not_found:
      return session.no("NONEXISTENT", error.detail());
    case Errc::exists:
      return session.no("ALREADYEXISTS", error.detail());
    case Errc::conflict:
      return session.no("ACTIVE", error.detail());
    case Errc::bad_input:
      return session.no({}, error.detail());
    default:
      return session.refuse(error);
  }
}

// What is wrong with a script, in the languages of this server; empty: nothing.
std::string mistake_in(const Session& session, const std::string& script) {
  const auto& settings = session.environment().settings;
  const auto program = sieve::compile(script, delivery::limits_of(settings.sieve));
  if (program) return {};
  std::string out;
  for (const auto& language : settings.queue.notice_languages)
    out += (out.empty() ? "" : "\r\n") + program.error().text(language);
  return out.empty() ? program.error().text("en") : out;
}

// Makes the changes durable and answers.
Task<Result<void>> change(Session& session, Result<delivery::Changes> changes) {
  if (!changes) {
    refuse_script(session, changes.error());
    co_return Result<void>();
  }
  if (!changes->empty()) {
    const auto done =
        co_await session.account->set_annotations(0, *std::move(changes), delivery::k_most_entries);
    if (!done) {
      refuse_script(session, done.error());
      co_return Result<void>();
    }
  }
  session.ok();
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> cmd_havespace(Session& session, Command command) {
  const auto view = session.account->view();
  const auto& arguments = command.arguments;
  const auto room =
      delivery::check_script_room(view.annotations(0), arguments[0].text, arguments[1].number,
                                  session.environment().settings.sieve);
  if (room)
    session.ok();
  else
    refuse_script(session, room.error());
  co_return Result<void>();
}

Task<Result<void>> cmd_putscript(Session& session, Command command) {
  const auto& script = command.arguments[1].text;
  const auto view = session.account->view();
  auto changes = delivery::put_script(view.annotations(0), command.arguments[0].text, script,
                                      session.environment().settings.sieve);
  if (changes)
    if (const auto mistake = mistake_in(session, script); !mistake.empty()) {
      session.no({}, mistake);
      co_return Result<void>();
    }
  co_return co_await change(session, std::move(changes));
}

Task<Result<void>> cmd_checkscript(Session& session, Command command) {
  const auto mistake = mistake_in(session, command.arguments[0].text);
  if (mistake.empty())
    session.ok();
  else
    session.no({}, mistake);
  co_return Result<void>();
}

Task<Result<void>> cmd_listscripts(Session& session, Command) {
  const auto view = session.account->view();
  for (const auto& script : delivery::scripts_of(view.annotations(0))) {
    wire::append_string(session.out(), script.name);
    session.out().append(script.is_active ? " ACTIVE\r\n" : "\r\n");
  }
  session.ok();
  co_return Result<void>();
}

Task<Result<void>> cmd_setactive(Session& session, Command command) {
  const auto view = session.account->view();
  auto changes = delivery::activate_script(view.annotations(0), command.arguments[0].text);
  co_return co_await change(session, std::move(changes));
}

Task<Result<void>> cmd_getscript(Session& session, Command command) {
  const auto view = session.account->view();
  const auto script = delivery::find_script(view.annotations(0), command.arguments[0].text);
  if (!script) {
    session.no("NONEXISTENT", "there is no such script");
    co_return Result<void>();
  }
  // RFC 5804, 2.9: a literal
  session.out().append("{").append(std::to_string(script->text.size())).append("}\r\n");
  session.out().append(script->text).append("\r\n");
  session.ok();
  co_return Result<void>();
}

Task<Result<void>> cmd_deletescript(Session& session, Command command) {
  const auto view = session.account->view();
  auto changes = delivery::delete_script(view.annotations(0), command.arguments[0].text);
  co_return co_await change(session, std::move(changes));
}

Task<Result<void>> cmd_renamescript(Session& session, Command command) {
  const auto view = session.account->view();
  auto changes = delivery::rename_script(view.annotations(0), command.arguments[0].text,
                                         command.arguments[1].text);
  co_return co_await change(session, std::move(changes));
}

}  // namespace kontor::managesieve
