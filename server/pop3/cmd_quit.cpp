// SPDX-License-Identifier: GPL-3.0-or-later
// DELE, RSET and QUIT (RFC 1939, 5 and 6). What DELE marks is removed by QUIT alone, all of it in
// one commit; a connection that ends otherwise removes nothing.
#include "base/log/events/pop3.hpp"
#include "base/log/keys.hpp"
#include "server/pop3/commands.hpp"
#include "server/pop3/wire/command.hpp"

namespace kontor::pop3 {
namespace {

// The UPDATE state. +OK is said when the removal is on disk. A message that is gone already, by
// IMAP or by another POP3 session, is as the client wants it.
Task<Result<void>> update(Session& session, std::vector<store::Uid> marked) {
  const std::size_t count = marked.size();
  auto removed = co_await session.account->remove(store::k_inbox, std::move(marked));
  if (!removed) {
    session.log().emit(log::events::k_pop3_update_failed, removed.error(),
                       {{log::Keys::count, count}});
    session.refuse(removed.error());
    co_return Result<void>();
  }
  session.log().emit(log::events::k_pop3_messages_removed, {{log::Keys::count, removed->size()}});
  session.ok("goodbye, " + std::to_string(count) + " messages removed");
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> cmd_dele(Session& session, std::string arguments) {
  const auto number = wire::parse_message_number(arguments);
  if (!number) {
    session.bad(number.error().detail());
    co_return Result<void>();
  }
  const auto message = session.maildrop->find(*number);
  if (!message) {
    session.error(message.error().detail());
    co_return Result<void>();
  }
  session.maildrop->mark(*message);
  session.ok("marked as deleted");
  co_return Result<void>();
}

Task<Result<void>> cmd_rset(Session& session, std::string) {
  session.maildrop->unmark_all();
  session.ok("nothing is marked any more");
  co_return Result<void>();
}

Task<Result<void>> cmd_quit(Session& session, std::string) {
  session.is_closing = true;
  auto marked = session.maildrop ? session.maildrop->marked() : std::vector<store::Uid>();
  if (!marked.empty()) co_return co_await update(session, std::move(marked));
  session.ok("goodbye");
  co_return Result<void>();
}

}  // namespace kontor::pop3
