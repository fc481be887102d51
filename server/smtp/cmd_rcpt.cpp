// SPDX-License-Identifier: GPL-3.0-or-later
// RCPT (RFC 5321, 4.1.1.3): who is not here is refused here, so that no notice has to be made
// later. Mail to others is taken from who may send to anybody (signed in, or of a trusted network),
// and from everybody for the remote domains of the settings: never from anybody to anybody. As long
// as nobody can say who is here, nobody is refused for good.
#include <algorithm>

#include "base/log/events/smtp.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/day_limits.hpp"
#include "server/smtp/folder_mail.hpp"
#include "server/smtp/policy.hpp"
#include "server/smtp/screened.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {
namespace {

using delivery::Verdict;

// Members of a list who are asked for room beforehand; of a longer one each copy is tried.
constexpr std::size_t k_most_asked = 1;

// An address that asks the next server to send on: name%host, host!name, "name@host". Where that
// server trusts this one, it would relay for everybody.
bool is_routed(const wire::Mailbox& mailbox) {
  return mailbox.local.find_first_of("%!@:") != std::string::npos;
}

bool is_taken(const Session& session, const wire::Mailbox& mailbox, Verdict verdict) {
  switch (verdict) {
    case Verdict::deliver:
      return true;
    case Verdict::foreign:
      return session.may_relay();
    case Verdict::remote:
      return session.role() != Role::lmtp && (session.may_relay() || !is_routed(mailbox));
    default:
      return false;
  }
}

wire::Reply refusal_for(const delivery::Resolved& resolved) {
  if (resolved.is_early) return {451, "4.3.0", "not everybody is known yet, try again later"};
  switch (resolved.verdict) {
    case Verdict::foreign:
    case Verdict::remote:
      return {550, "5.7.1", "relaying denied"};
    case Verdict::disabled:
      return {550, "5.2.1", "this mailbox takes no mail"};
    case Verdict::empty:
      return {550, "5.2.4", "nobody belongs to this list"};
    default:
      return {550, "5.1.1", "no such mailbox here"};
  }
}

// Why no recipient can come now, or not this one.
std::optional<wire::Reply> refusal(const Session& session, const wire::Mailbox& mailbox) {
  const auto& transaction = session.transaction;
  if (transaction.recipients.size() >= session.limits().max_recipients)
    return wire::Reply(452, "4.5.3", "enough recipients for one message");  // RFC 5321, 4.5.3.1.10
  if (!mailbox.is_ascii() && !transaction.mail->smtputf8)
    return wire::Reply(553, "5.6.7", "this address needs SMTPUTF8");  // RFC 6531, 3.5
  if (auto refused = policy_count_refusal(session)) return refused;
  return day_refusal_of_recipient(session);
}

// The true reason is for the log, and may not be the one that the client is told.
void refuse(Session& session,
            const wire::Mailbox& mailbox,
            const wire::Reply& reply,
            std::string_view reason) {
  session.log().emit(log::events::k_smtp_recipient_refused,
                     {{log::Keys::address, mailbox.text()},
                      {log::Keys::sender, session.transaction.mail->sender.mailbox.text()},
                      {log::Keys::reason, reason}});
  trace_refusal(session, reply, mailbox.text());
  session.reply(reply);
}

// `address` is the mailbox under its domain's true name.
Destined destined(const wire::RcptCommand& rcpt, delivery::Resolved resolved) {
  const auto& given = rcpt.recipient.mailbox;
  auto mailbox = given;
  if (const auto at = resolved.address.rfind('@'); at != std::string::npos)
    mailbox.domain = resolved.address.substr(at + 1);
  Destined out;
  out.asked.address = mailbox.text();
  out.asked.original = rcpt.original;
  if (rcpt.original.empty() && mailbox.domain != given.domain)
    out.asked.original = "rfc822;" + given.text();  // RFC 3461, 5.2.7: as the sender knows it
  out.asked.has_notify = rcpt.notify.has_value();
  out.asked.notify = rcpt.notify.value_or(queue::k_notify_default);
  out.is_relayed = resolved.verdict != Verdict::deliver;
  out.is_catch_all = resolved.is_catch_all;
  out.mailboxes = std::move(resolved.mailboxes);
  out.outside = std::move(resolved.outside);
  out.folders = std::move(resolved.folders);
  out.held = std::move(resolved.held);
  // Asked again, without knowing who signed in, it might have to wait.
  out.is_narrowed = !resolved.moderated.empty();
  return out;
}

// An answer of a moderator counts when it is known that it is he.
bool take_answer(Session& session, const wire::RcptCommand& rcpt) {
  const auto& mailbox = rcpt.recipient.mailbox;
  const auto* moderator = session.environment().routing.delivery().moderator();
  if (moderator == nullptr || !moderator->is_answer_address(mailbox.address())) return false;
  if (!session.identity) {
    refuse(session, mailbox, {550, "5.7.1", "sign in to answer this letter"}, "not signed in");
    return true;
  }
  Destined out;
  out.asked.address = mailbox.text();
  out.asked.has_notify = rcpt.notify.has_value();
  out.asked.notify = rcpt.notify.value_or(queue::k_notify_default);
  out.is_answer = true;
  session.transaction.recipients.push_back(std::move(out));
  session.reply(wire::Reply(250, "2.1.5", "recipient OK"));
  return true;
}

delivery::Sender sender_of(const Session& session) {
  delivery::Sender sender;
  const auto& path = session.transaction.mail->sender;
  if (!path.is_null) sender.address = path.mailbox.address();
  if (session.identity) sender.person = session.identity->id;
  sender.is_trusted = session.role() != Role::lmtp && session.may_relay();
  return sender;
}

// RFC 3463, 3.8: X.7.1 not authorized, X.7.2 not authorized to send to this mailing list.
wire::Reply refusal_for(delivery::Admission admission, const delivery::Resolved& resolved) {
  const bool is_list = std::ranges::any_of(
      resolved.objects, [](const auto& object) { return object->kind == directory::Kind::group; });
  return {550, is_list ? "5.7.2" : "5.7.1",
          admission == delivery::Admission::must_sign_in ? "sign in to send to this address"
                                                         : "you may not send to this address"};
}

}  // namespace

Task<Result<void>> cmd_rcpt(Session& session, std::string arguments) {
  auto& transaction = session.transaction;
  if (!transaction.mail || transaction.chunks) {  // RFC 3030, 2
    reply_bad(
        session,
        wire::Reply(503, "5.5.1", transaction.mail ? "the message has begun" : "MAIL comes first"));
    co_return Result<void>();
  }
  auto rcpt = wire::parse_rcpt(arguments);
  if (!rcpt) {
    reply_bad(session, syntax_reply(rcpt.error()));
    co_return Result<void>();
  }
  complete(session, rcpt->recipient);
  const auto& mailbox = rcpt->recipient.mailbox;
  if (const auto refused = refusal(session, mailbox)) {
    refuse(session, mailbox, *refused, refused->lines[0]);
    co_return Result<void>();
  }
  if (take_answer(session, *rcpt)) co_return Result<void>();
  auto& delivery = session.environment().routing.delivery();
  auto resolved = delivery.resolve(mailbox.address());
  const auto admission = delivery.admit(resolved, sender_of(session));
  if (admission != delivery::Admission::allowed) {
    refuse(session, mailbox, refusal_for(admission, resolved), delivery::name_of(admission));
    co_return Result<void>();
  }
  bool is_narrowed = false, is_allowed = false;
  if (is_taken(session, mailbox, resolved.verdict)) {
    auto refused = co_await folder_refusal(session, resolved);
    if (!refused) refused = policy_recipient_refusal(session, resolved, is_narrowed);
    if (!refused)
      refused = co_await screen_recipient(session, mailbox.address(), resolved, is_allowed);
    if (refused) {
      refuse(session, mailbox, *refused, refused->lines[0]);
      co_return Result<void>();
    }
  }
  if (is_taken(session, mailbox, resolved.verdict) &&
      resolved.mailboxes.size() + resolved.folders.size() <= k_most_asked) {
    // RFC 1870, 6.2: with SIZE before the message, as small as one can be without it.
    const auto size = std::max<std::uint64_t>(transaction.mail->size.value_or(0), 1);
    const auto mailboxes = resolved.mailboxes;
    auto fits = co_await delivery.check_room(mailboxes, size);
    const auto folders = resolved.folders;
    if (fits) fits = co_await delivery.check_room(folders, size);
    if (!fits) {
      session.log().emit(log::events::k_smtp_recipient_refused, fits.error(),
                         {{log::Keys::address, mailbox.text()}});
      const wire::Reply full(452, "4.2.2", "the mailbox is full");  // RFC 5321, 4.2.2
      trace_refusal(session, full, mailbox.text());
      session.reply(full);
      co_return Result<void>();
    }
  }
  if (is_taken(session, mailbox, resolved.verdict)) {
    transaction.recipients.push_back(destined(*rcpt, std::move(resolved)));
    transaction.recipients.back().is_narrowed |= is_narrowed;
    transaction.recipients.back().is_allowed = is_allowed;
    session.reply(wire::Reply(250, "2.1.5", "recipient OK"));
  } else {
    refuse(session, mailbox, refusal_for(resolved),
           resolved.is_early ? "early" : delivery::name_of(resolved.verdict));
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
