// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/script_outbox.hpp"

#include "base/core/text.hpp"
#include "base/mime/header.hpp"
#include "base/mime/letter.hpp"
#include "server/app/own_letter.hpp"
#include "server/smtp/trace_fields.hpp"
#include "server/smtp/wire/address.hpp"

namespace kontor::app {
namespace {

// The address as SMTP writes it.
std::string path_of(const std::string& address) {
  const auto mailbox = smtp::wire::parse_mailbox(address);
  return mailbox ? mailbox->text() : address;
}

// RFC 5321, 4.4: the field of the final delivery goes when there is another one.
std::string_view without_return_path(std::string_view message) {
  const auto fields = mime::parse_fields(message.substr(0, message.find("\r\n") + 2));
  if (!fields.empty() && iequals(fields[0].name, "Return-Path"))
    message.remove_prefix(fields[0].range.offset + fields[0].range.size);
  return message;
}

queue::Envelope envelope_of(const std::string& trace,
                            const std::string& sender,
                            std::string_view message,
                            UtcSeconds now) {
  queue::Envelope out;
  out.trace = trace;
  out.sender = sender;
  out.size = message.size();
  out.arrived = now;
  out.is_utf8 = !mime::is_ascii(smtp::header_of(message)) || !mime::is_ascii(sender);
  if (!mime::is_ascii(message)) out.body = queue::Body::mime8;
  return out;
}

}  // namespace

Task<Result<void>> ScriptOutbox::redirect(delivery::Redirected redirected) {
  const auto* delivery = delivery_.load();
  if (delivery == nullptr) co_return fail(Errc::unavailable, "the server starts");
  const auto target = delivery->resolve(redirected.to);
  const bool goes_out = target.verdict != delivery::Verdict::deliver || !target.outside.empty();
  if (goes_out && policies_.of(redirected.person->id)->sends_here_only)
    co_return fail(Errc::no_permission, "policy: mail to people of the organisation only");
  auto bytes = smtp::delivered_to_field(redirected.from);
  bytes += without_return_path(*redirected.message);
  auto envelope = envelope_of(redirected.trace, redirected.sender, bytes, clock_.now());
  envelope.asked = redirected.from;
  envelope.requires_tls = redirected.requires_tls;
  queue::Recipient recipient;
  recipient.address = path_of(redirected.to);
  recipient.original = "rfc822;" + redirected.from;
  std::vector<queue::Recipient> recipients(1, std::move(recipient));
  KONTOR_CO_TRY(co_await queue_.add(std::move(envelope), std::move(recipients), std::move(bytes)));
  co_return Result<void>();
}

Task<Result<void>> ScriptOutbox::send(delivery::Letter letter) {
  OwnLetter own;
  own.recipient = path_of(letter.recipient);
  own.notify = queue::k_notify_never;
  own.bytes = std::move(letter.bytes);
  own.date = letter.date;
  co_return co_await enqueue(queue_, std::move(own));
}

Task<Result<void>> ScriptOutbox::refuse(delivery::Refused refused) {
  std::string bytes(without_return_path(*refused.message));
  auto envelope = envelope_of(refused.trace, refused.sender, bytes, clock_.now());
  envelope.requires_tls = refused.requires_tls;
  queue::Recipient recipient;
  recipient.address = path_of(refused.recipient);
  queue::Outcome outcome;
  outcome.fate = queue::Fate::failed;
  outcome.status = "5.7.1";
  outcome.reason = std::move(refused.reason);
  std::vector<queue::Recipient> recipients(1, std::move(recipient));
  std::vector<queue::Outcome> outcomes(1, std::move(outcome));
  co_return co_await queue_.tell(std::move(envelope), std::move(recipients), std::move(outcomes),
                                 std::move(bytes));
}

}  // namespace kontor::app
