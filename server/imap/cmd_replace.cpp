// SPDX-License-Identifier: GPL-3.0-or-later
// REPLACE and UID REPLACE (RFC 8508): a message comes and another one goes, both or neither.
#include "server/imap/handlers.hpp"
#include "server/imap/message_intake.hpp"
#include "server/imap/recoverable.hpp"

namespace kontor::imap {
namespace {

// The message to replace, or the answer when it cannot be.
std::expected<store::Entry, Tagged> find_old(const Session& session,
                                             const wire::SequenceSet& set,
                                             bool by_uid) {
  // RFC 8508, 3.3: like STORE and EXPUNGE, not in a mailbox opened by EXAMINE.
  if (session.selected->read_only())
    return std::unexpected(Tagged(Status::no, "NOPERM", "the mailbox is open for reading only"));
  if (session.enabled.uid_only && !by_uid)  // RFC 9586, 3.2
    return std::unexpected(
        Tagged(Status::bad, "UIDREQUIRED", "message numbers are not used any more"));
  if (auto refused = refuse_in_recoverable(session)) return std::unexpected(*std::move(refused));
  const auto& folder = session.selected->view()->info();
  if (!session.may(folder, Right::delete_messages) || !session.may(folder, Right::expunge))
    return std::unexpected(refusal(Error(Errc::no_permission)));
  const auto numbers = session.resolve(set, by_uid);
  if (!numbers) return std::unexpected(bad_syntax(numbers.error()));
  NumberCursor cursor;
  const auto found = session.selected->batch(*numbers, cursor, 1);
  if (found.empty() || found.front().ghost)
    return std::unexpected(Tagged(Status::no, "NONEXISTENT", "there is no such message"));
  return found.front().entry;
}

}  // namespace

Task<Result<Tagged>> cmd_replace(Session& session, Request request) {
  auto parsed = wire::parse_replace_head(request.arguments, session.enabled.utf8);
  if (!parsed) {
    MessageIntake nothing(session);
    KONTOR_CO_TRY(co_await nothing.give_up(request.arguments, bad_syntax(parsed.error())));
    co_return *nothing.refusal();
  }
  const auto old = find_old(session, parsed->old, request.by_uid);
  const auto item = old ? session.account->view().item(old->item) : std::nullopt;
  MessageIntake intake(session, store::Usage{item ? item->size : 0, 1});
  if (!old) intake.refuse(old.error());
  const auto folder = find_destination(session, parsed->head.mailbox);
  if (!folder) intake.refuse(folder.error());
  KONTOR_CO_TRY(co_await intake.run(std::move(parsed->head.message), std::move(request.arguments)));
  if (intake.refusal()) co_return *intake.refusal();
  auto messages = intake.take_messages();
  store::Replaced replaced;
  replaced.folder = session.selected->id();
  replaced.uid = old->uid;
  const auto appended =
      co_await session.account->replace(replaced, *folder, std::move(messages.front()));
  if (!appended && appended.error().code() == Errc::not_found)
    co_return Tagged(Status::no, "TRYCREATE", "the mailbox was deleted");
  if (!appended && appended.error().code() == Errc::conflict)
    co_return Tagged(Status::no, "EXPUNGEISSUED", "the message to replace is gone");
  if (!appended) co_return refusal(appended.error());
  // RFC 8508, 3.4: before the EXPUNGE that sync tells.
  session.out.line("* OK [", appenduid(*appended), "] Replacement stored");
  Tagged tagged;
  tagged.tells_modseq = true;
  co_return tagged;
}

}  // namespace kontor::imap
