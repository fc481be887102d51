// SPDX-License-Identifier: GPL-3.0-or-later
// MAIL (RFC 5321, 4.1.1.2; SIZE RFC 1870; SMTPUTF8 RFC 6531; submission RFC 6409).
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/submission.hpp"

namespace kontor::smtp {
namespace {

// Why this sender may not begin a message now; nothing: he may.
std::optional<wire::Reply> refusal(const Session& session, const wire::MailCommand& mail) {
  const auto& sender = mail.sender;
  if (mail.size.value_or(0) > session.limits().max_message)
    return wire::Reply(552, "5.3.4", "the message is larger than allowed");  // RFC 1870, 6.1
  if (!sender.mailbox.is_ascii() && !mail.smtputf8)
    return wire::Reply(553, "5.6.7", "this address needs SMTPUTF8");  // RFC 6531, 3.5
  if (session.role() != Role::submission || sender.is_null) return std::nullopt;
  const auto copy = session.environment().directory.current();
  const auto person = copy->find(session.identity->id);
  if (!person || !owns_address(*person, sender.mailbox.address()))
    return wire::Reply(550, "5.7.1", "this sender address is not yours");
  return std::nullopt;
}

}  // namespace

Task<Result<void>> cmd_mail(Session& session, std::string arguments) {
  if (session.transaction.mail) {
    reply_bad(session, wire::Reply(503, "5.5.1", "a transaction is under way"));
    co_return Result<void>();
  }
  auto mail = wire::parse_mail(arguments);
  if (!mail) {
    reply_bad(session, syntax_reply(mail.error()));
    co_return Result<void>();
  }
  if (session.messages >= session.limits().max_messages_per_session) {
    session.reply(wire::Reply(421, "4.7.0", "enough messages for one session; connect again"));
    session.is_closing = true;
    co_return Result<void>();
  }
  if (const auto refused = refusal(session, *mail)) {
    session.log().emit(
        log::events::k_smtp_sender_refused,
        {{log::Keys::sender, mail->sender.mailbox.text()}, {log::Keys::reason, refused->lines[0]}});
    session.reply(*refused);
    co_return Result<void>();
  }
  ++session.messages;
  session.transaction.mail = *std::move(mail);
  session.reply(wire::Reply(250, "2.1.0", "sender OK"));
  co_return Result<void>();
}

}  // namespace kontor::smtp
