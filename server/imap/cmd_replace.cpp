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
  if (!session.may_here(Right::delete_messages) || !session.may_here(Right::expunge))
    return std::unexpected(refusal(Error(Errc::no_permission)));
  const auto numbers = session.resolve(set, by_uid);
  if (!numbers) return std::unexpected(bad_syntax(numbers.error()));
  NumberCursor cursor;
  const auto found = session.selected->batch(*numbers, cursor, 1);
  if (found.empty() || found.front().ghost)
    return std::unexpected(Tagged(Status::no, "NONEXISTENT", "there is no such message"));
  return found.front().entry;
}

// First the new one is durable, then the old one goes: both are there after a stop in between.
Task<Result<store::Appending>> replace_across(std::shared_ptr<store::Account> here,
                                              store::Replaced old,
                                              Mailbox to,
                                              std::vector<store::NewMessage> messages) {
  const auto folder = here->view().open(old.folder);
  if (!folder || !folder->index_of(old.uid)) co_return fail(Errc::conflict, "it is gone");
  KONTOR_CO_TRY(auto appended, co_await to.account->append(to.folder.id, std::move(messages)));
  std::vector<store::Uid> uids(1, old.uid);
  KONTOR_CO_TRY(co_await here->remove(old.folder, std::move(uids)));
  co_return appended;
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
  const auto here = session.selected->account();
  const auto to = co_await find_destination(session, parsed->head.mailbox);
  const bool across = to && to->account->id() != here->id();
  // Of another account's quota nothing is freed.
  const auto item = old && !across ? here->view().item(old->item) : std::nullopt;
  MessageIntake intake(session, store::Usage{item ? item->size : 0, item ? 1U : 0U});
  if (!old) intake.refuse(old.error());
  if (!to) intake.refuse(to.error());
  if (to) intake.use_account(to->account);
  KONTOR_CO_TRY(co_await intake.run(std::move(parsed->head.message), std::move(request.arguments)));
  if (intake.refusal()) co_return *intake.refusal();
  auto messages = intake.take_messages();
  store::Replaced replaced;
  replaced.folder = session.selected->id();
  replaced.uid = old->uid;
  keep_to_rights(session.rights(*to->account, to->folder), messages.front());
  const auto appended =
      across ? co_await replace_across(here, replaced, *to, std::move(messages))
             : co_await here->replace(replaced, to->folder.id, std::move(messages.front()));
  if (!appended && appended.error().code() == Errc::not_found)
    co_return Tagged(Status::no, "TRYCREATE", "the mailbox was deleted");
  if (!appended && appended.error().code() == Errc::conflict)
    co_return Tagged(Status::no, "EXPUNGEISSUED", "the message to replace is gone");
  if (!appended) co_return refusal(appended.error());
  // RFC 8508, 3.4: before the EXPUNGE that sync tells.
  session.out.line("* OK [", appenduid(*appended), "] ", session.say("Replacement stored"));
  Tagged tagged;
  tagged.tells_modseq = true;
  co_return tagged;
}

}  // namespace kontor::imap
