// SPDX-License-Identifier: GPL-3.0-or-later
// APPEND and MULTIAPPEND (RFC 9051, 6.3.12; RFC 3502; CATENATE: RFC 4469; UTF8: RFC 6855, 4;
// limits: RFC 7889; UIDs: RFC 4315). All messages are stored together or none is. In the Sent
// folder of a shared mailbox a message takes the place of the server's own copy of it.
#include "base/mime/header.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/message_intake.hpp"
#include "server/sharing/sent_copy.hpp"

namespace kontor::imap {
namespace {

// The copy that the server made of what was sent in the name of a shared mailbox, where a program
// stores its own now.
std::optional<store::Uid> copy_of_server(const Mailbox& to,
                                         const std::vector<store::NewMessage>& messages) {
  if (to.folder.special_use != store::SpecialUse::sent || messages.size() != 1) return std::nullopt;
  const auto& message = messages.front().message;
  const auto header = std::string_view(message.raw).substr(0, message.header_size);
  const auto id = mime::field_value(header, "Message-ID").value_or("");
  return sharing::find_sent_copy(to.account->view(), to.folder.id,
                                 sharing::sent_copy_guid(to.account->id(), id));
}

Task<Result<store::Appending>> store_messages(Mailbox to, std::vector<store::NewMessage> messages) {
  const auto old = copy_of_server(to, messages);
  if (!old) co_return co_await to.account->append(to.folder.id, std::move(messages));
  const store::Replaced replaced{to.folder.id, *old};
  auto own = messages.front();
  auto stored = co_await to.account->replace(replaced, to.folder.id, std::move(own));
  if (stored || stored.error().code() != Errc::conflict) co_return stored;
  co_return co_await to.account->append(to.folder.id, std::move(messages));
}

}  // namespace

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
  const auto appended = co_await store_messages(*to, std::move(messages));
  if (!appended && appended.error().code() == Errc::not_found)
    co_return Tagged(Status::no, "TRYCREATE", "the mailbox was deleted");
  if (!appended) co_return refusal(appended.error());
  Tagged tagged(Status::ok, appenduid(*appended), "");
  tagged.report(*to->account, appended->modseq);
  co_return tagged;
}

}  // namespace kontor::imap
