// SPDX-License-Identifier: GPL-3.0-or-later
// RCPT (RFC 5321, 4.1.1.3): who is not here is refused here, so that no bounce is ever made later.
#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"

namespace kontor::smtp {
namespace {

using delivery::Verdict;

wire::Reply reply_for(Verdict verdict, Role role) {
  switch (verdict) {
    case Verdict::deliver:
      return {250, "2.1.5", "recipient OK"};
    case Verdict::foreign:
      if (role == Role::submission)
        return {550, "5.7.1",
                "not an address of this server; mail to others is not sent from here yet"};
      return {550, "5.7.1", "relaying denied"};
    case Verdict::disabled:
      return {550, "5.2.1", "this mailbox takes no mail"};
    case Verdict::empty:
      return {550, "5.2.4", "nobody belongs to this list"};
    case Verdict::unknown:
      break;
  }
  return {550, "5.1.1", "no such mailbox here"};
}

}  // namespace

Task<Result<void>> cmd_rcpt(Session& session, std::string arguments) {
  auto& transaction = session.transaction;
  if (!transaction.mail) {
    reply_bad(session, wire::Reply(503, "5.5.1", "MAIL comes first"));
    co_return Result<void>();
  }
  const auto rcpt = wire::parse_rcpt(arguments);
  if (!rcpt) {
    reply_bad(session, syntax_reply(rcpt.error()));
    co_return Result<void>();
  }
  const auto& mailbox = rcpt->recipient.mailbox;
  if (transaction.recipients.size() >= session.limits().max_recipients) {
    // RFC 5321, 4.5.3.1.10
    session.reply(wire::Reply(452, "4.5.3", "enough recipients for one message"));
    co_return Result<void>();
  }
  if (!mailbox.is_ascii() && !transaction.mail->smtputf8) {
    session.reply(wire::Reply(553, "5.6.7", "this address needs SMTPUTF8"));  // RFC 6531, 3.5
    co_return Result<void>();
  }
  auto resolved = session.environment().delivery.resolve(mailbox.address());
  if (resolved.verdict == Verdict::deliver) {
    transaction.recipients.push_back({mailbox.text(), std::move(resolved.mailboxes)});
  } else {
    session.log().emit(log::events::k_smtp_recipient_refused,
                       {{log::Keys::address, mailbox.text()},
                        {log::Keys::sender, transaction.mail->sender.mailbox.text()},
                        {log::Keys::reason, delivery::name_of(resolved.verdict)}});
  }
  session.reply(reply_for(resolved.verdict, session.role()));
  co_return Result<void>();
}

}  // namespace kontor::smtp
