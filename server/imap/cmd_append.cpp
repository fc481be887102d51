// SPDX-License-Identifier: GPL-3.0-or-later
// APPEND and MULTIAPPEND (RFC 9051, 6.3.12; RFC 3502; CATENATE: RFC 4469; UTF8: RFC 6855, 4;
// limits: RFC 7889; UIDs: RFC 4315). All messages are stored together or none is.
#include "server/imap/handlers.hpp"
#include "server/imap/message_intake.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_append(Session& session, Request request) {
  MessageIntake intake(session);
  auto head = wire::parse_append_head(request.arguments, session.enabled.utf8);
  if (!head) {
    KONTOR_CO_TRY(co_await intake.give_up(request.arguments, bad_syntax(head.error())));
    co_return *intake.refusal();
  }
  const auto to = co_await find_destination(session, head->mailbox);
  if (to)
    intake.use_account(to->account);
  else
    intake.refuse(to.error());
  KONTOR_CO_TRY(co_await intake.run(std::move(head->message), std::move(request.arguments)));
  if (intake.refusal()) co_return *intake.refusal();
  auto messages = intake.take_messages();
  const auto rights = session.rights(*to->account, to->folder);
  for (auto& message : messages) keep_to_rights(rights, message);
  const auto appended = co_await to->account->append(to->folder.id, std::move(messages));
  if (!appended && appended.error().code() == Errc::not_found)
    co_return Tagged(Status::no, "TRYCREATE", "the mailbox was deleted");
  if (!appended) co_return refusal(appended.error());
  Tagged tagged(Status::ok, appenduid(*appended), "");
  tagged.report(*to->account, appended->modseq);
  co_return tagged;
}

}  // namespace kontor::imap
