// SPDX-License-Identifier: GPL-3.0-or-later
// MAIL (RFC 5321, 4.1.1.2; SIZE RFC 1870; SMTPUTF8 RFC 6531; DSN RFC 3461; submission RFC 6409).
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/day_limits.hpp"
#include "server/smtp/message.hpp"
#include "server/smtp/policy.hpp"
#include "server/smtp/screened.hpp"
#include "server/smtp/submission.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {
namespace {

bool may_use(const Session& session, const wire::Mailbox& sender) {
  const auto& environment = session.environment();
  const auto& delivery = environment.routing.delivery();
  const auto writer = writer_of(environment.directory, *session.identity, &delivery.store());
  return right_to(writer, delivery.domains(), sender.address()) != Right::none;
}

// Why this sender may not begin a message now; nothing: he may.
std::optional<wire::Reply> refusal(const Session& session, const wire::MailCommand& mail) {
  const auto& sender = mail.sender;
  if (!sender.is_null && sender.mailbox.domain.empty())
    return wire::Reply(501, "5.1.7", "the sender's address has no domain");
  if (mail.size.value_or(0) > session.limits().max_message)
    return too_large_reply();  // RFC 1870, 6.1
  const auto author = policy_of_author(session, sender);
  if (auto refused = policy_size_refusal(*author, mail.size.value_or(0))) return refused;
  if (!sender.mailbox.is_ascii() && !mail.smtputf8)
    return wire::Reply(553, "5.6.7", "this address needs SMTPUTF8");  // RFC 6531, 3.5
  if (session.role() != Role::submission || sender.is_null) return std::nullopt;
  if (!may_use(session, sender.mailbox))
    return wire::Reply(550, "5.7.1", "this sender address is not yours");
  return std::nullopt;
}

bool is_lmtp(const Session& session) { return session.role() == Role::lmtp; }

// Wishes about when and how it is sent on, where they are not offered or go too far.
std::optional<wire::Reply> wish_refusal(const Session& session, const wire::MailCommand& mail) {
  const auto& queue = session.environment().settings.queue;
  const wire::Reply unknown(555, "5.5.4", "a parameter is not known here");
  if (mail.requires_tls && !session.stream().is_tls())
    return wire::Reply(530, "5.7.10", "REQUIRETLS is for connections with TLS");
  if (mail.hold_for || mail.hold_until) {
    if (session.role() != Role::submission || queue.future_release.count() == 0) return unknown;
    const auto now = session.environment().clock.now();
    const auto until =
        mail.hold_until ? *mail.hold_until : now + std::chrono::seconds(*mail.hold_for);
    if (until <= now) return wire::Reply(501, "5.5.4", "that time is over");
    if (until > now + queue.future_release)
      return wire::Reply(501, "5.5.4", "no message is held for so long");
  }
  if (mail.deliver_by && is_lmtp(session)) return unknown;
  if (mail.deliver_by && mail.deliver_by->is_return &&
      mail.deliver_by->seconds < queue.deliver_by_least.count())
    return wire::Reply(550, "5.4.7", "nothing can be promised within that time");
  const bool may_rank = !is_lmtp(session) && session.may_relay();
  if (mail.priority && !may_rank) return unknown;
  return std::nullopt;
}

// Limits of the session and of the client's address; who is over them may come again.
std::optional<wire::Reply> limit_refusal(Session& session, const wire::MailCommand& mail) {
  const auto& limits = session.limits();
  if (session.messages >= limits.max_messages_per_session) {
    session.is_closing = true;
    return wire::Reply(421, "4.7.0", "enough messages for one session; connect again");
  }
  const auto bytes = session.bytes + mail.size.value_or(0);
  if (limits.max_session != 0 && session.bytes > 0 && bytes > limits.max_session) {
    session.is_closing = true;
    return wire::Reply(421, "4.7.0", "enough bytes for one session; connect again");
  }
  const auto& environment = session.environment();
  if (session.role() == Role::mx &&
      !environment.gate.let_in(session.stream().peer().address, environment.clock.steady()))
    return wire::Reply(451, "4.7.1", "too many messages from your address; try again in a minute");
  return day_refusal_of_message(session, mail.sender);
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
  complete(session, mail->sender);
  auto refused = refusal(session, *mail);
  if (!refused) refused = wish_refusal(session, *mail);
  if (!refused) refused = limit_refusal(session, *mail);
  if (!refused && session.role() == Role::submission) {
    auto& delivery = session.environment().routing.delivery();
    if (!co_await delivery.check_may_send(session.identity->id))
      refused = wire::Reply(552, "5.2.2", "your mailbox is full: delete mail before you send");
  }
  if (!refused) refused = co_await screen_sender(session, mail->sender);
  if (refused) {
    session.log().emit(
        log::events::k_smtp_sender_refused,
        {{log::Keys::sender, mail->sender.mailbox.text()}, {log::Keys::reason, refused->lines[0]}});
    session.transaction.mail = *std::move(mail);  // for the trace to see
    trace_refusal(session, *refused);
    session.transaction.mail.reset();
    session.reply(*refused);
    co_return Result<void>();
  }
  ++session.messages;
  session.transaction.mail = *std::move(mail);
  session.reply(wire::Reply(250, "2.1.0", "sender OK"));
  co_return Result<void>();
}

}  // namespace kontor::smtp
