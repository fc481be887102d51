// SPDX-License-Identifier: GPL-3.0-or-later
// DATA (RFC 5321, 4.1.1.4): the message, and the one moment at which the server takes the duty for
// it. LMTP answers each recipient (RFC 2033, 4.2), SMTP answers for all of them at once.
#include <algorithm>

#include "base/core/answers.hpp"
#include "base/log/events/smtp.hpp"
#include "base/mime/header.hpp"
#include "server/smtp/commands.hpp"
#include "server/smtp/submission.hpp"
#include "server/smtp/trace_fields.hpp"

namespace kontor::smtp {
namespace {

using log::Keys;

std::optional<wire::Reply> refusal_before(const Session& session) {
  if (!session.transaction.mail) return wire::Reply(503, "5.5.1", "MAIL comes first");
  if (!session.transaction.recipients.empty()) return std::nullopt;
  // RFC 2033, 4.2 wants 503 where SMTP has 554.
  if (session.role() == Role::lmtp) return wire::Reply(503, "5.5.1", "no valid recipients");
  return wire::Reply(554, "5.5.1", "no valid recipients");
}

wire::Reply too_large() { return {552, "5.3.4", "the message is larger than allowed"}; }

std::optional<wire::Reply> author_refusal(const Session& session, std::string_view message) {
  if (session.role() != Role::submission) return std::nullopt;
  const auto person = session.environment().directory.current()->find(session.identity->id);
  if (!person) return wire::Reply(550, "5.7.1", "your account is gone");
  const auto checked = check_author(*person, message);
  if (checked) return std::nullopt;
  if (checked.error().code() == Errc::no_permission)
    return wire::Reply(550, "5.7.1", checked.error().detail());
  return wire::Reply(550, "5.6.0", checked.error().detail());
}

// Why the message as a whole is not taken.
std::optional<wire::Reply> refusal(const Session& session,
                                   const wire::DataDecoder& decoder,
                                   std::string_view message) {
  if (decoder.has_bare_cr_or_lf())  // RFC 5321, 2.3.8
    return wire::Reply(550, "5.6.0", "a CR without LF, or an LF without CR, is in the message");
  if (decoder.is_too_large()) return too_large();
  if (count_hops(message) >= session.limits().max_hops)
    return wire::Reply(554, "5.4.6", "too many hops: this message goes in a circle");
  return author_refusal(session, message);
}

TraceInfo trace_info(const Session& session, const std::string& trace) {
  const auto& transaction = session.transaction;
  TraceInfo info;
  info.role = session.role();
  info.hello = *session.hello;
  info.is_extended = session.is_extended;
  info.is_signed_in = session.identity.has_value();
  info.is_utf8 = transaction.mail->smtputf8;
  info.peer_address = session.stream().peer().address;
  info.tls = session.stream().tls_info();
  info.server_name = session.environment().settings.server.name;
  info.trace = trace;
  if (transaction.recipients.size() == 1) info.recipient = transaction.recipients[0].address;
  info.time = session.environment().clock.now();
  return info;
}

// What this server puts before the message.
std::string added_fields(const Session& session,
                         const std::string& trace,
                         std::string_view message) {
  const auto info = trace_info(session, trace);
  const auto& sender = session.transaction.mail->sender;
  auto fields = return_path_field(sender.is_null ? std::string() : sender.mailbox.text());
  fields += received_field(info);
  if (session.role() == Role::submission)
    fields += missing_fields(message, trace, info.server_name, info.time);
  return fields;
}

// The answer to one failed recipient. "Try again" comes as 451: 421 would end the session.
wire::Reply failure_reply(Errc code) {
  const auto& answer = answer_for(code);
  const int reply = answer.smtp_reply == 421 ? 451 : answer.smtp_reply;
  return {reply, answer.smtp_enhanced, std::string(answer.text)};
}

// SMTP has one answer for all recipients. All stored: 250. Else the sender is told to try again,
// and delivery passes over the copies that are on disk; a refusal for good is given only when
// nothing was stored, because it makes the sender believe so.
wire::Reply joint_reply(const std::vector<Result<void>>& results, const std::string& trace) {
  const auto failed = [](const Result<void>& result) { return !result.has_value(); };
  const auto first = std::ranges::find_if(results, failed);
  if (first == results.end()) return {250, "2.0.0", "taken as " + trace};
  auto reply = failure_reply(first->error().code());
  if (reply.code >= 500 && !std::ranges::all_of(results, failed))
    return {451, "4.3.0", "not every recipient could be served; try again"};
  return reply;
}

void reply_results(Session& session,
                   const std::vector<Result<void>>& results,
                   const std::string& trace) {
  if (session.role() != Role::lmtp) {
    session.reply(joint_reply(results, trace));
    return;
  }
  for (const auto& result : results) {
    session.reply(result ? wire::Reply(250, "2.1.5", "delivered as " + trace)
                         : failure_reply(result.error().code()));
  }
}

void reply_refusal(Session& session, const wire::Reply& reply) {
  const std::size_t count =
      session.role() == Role::lmtp ? session.transaction.recipients.size() : 1;
  for (std::size_t i = 0; i < count; ++i) session.reply(reply);
}

void report(const Session& session,
            const std::string& trace,
            std::string_view header,
            std::size_t bytes,
            const std::vector<Result<void>>& results) {
  const auto id = mime::field_value(header, "Message-ID");
  const auto stored =
      std::ranges::count_if(results, [](const auto& one) { return one.has_value(); });
  const auto& mail = *session.transaction.mail;
  session.log().emit(
      stored > 0 ? log::events::k_smtp_message_accepted : log::events::k_smtp_message_refused,
      {{Keys::trace, trace},
       {Keys::sender, mail.sender.mailbox.text()},
       {Keys::recipients, stored},
       {Keys::bytes, bytes},
       {Keys::message_id, id.value_or("")},
       {Keys::reason, stored > 0 ? "" : "no copy could be stored"}});
}

Task<void> take(Session& session, std::string message) {
  const auto trace = delivery::make_trace_id();
  const auto fields = added_fields(session, trace, message);
  delivery::Envelope envelope;
  envelope.trace = trace;
  const auto& sender = session.transaction.mail->sender;
  if (!sender.is_null) envelope.sender = sender.mailbox.text();
  envelope.recipients = session.transaction.recipients;
  envelope.added = fields.size();
  message.insert(0, fields);
  const auto header = std::string(header_of(message));
  const auto bytes = message.size();
  auto& delivery = session.environment().delivery;
  const auto results = co_await delivery.deliver(std::move(envelope), std::move(message));
  report(session, trace, header, bytes, results);
  reply_results(session, results, trace);
}

}  // namespace

Task<Result<void>> cmd_data(Session& session, std::string) {
  if (const auto refused = refusal_before(session)) {
    reply_bad(session, *refused);
    co_return Result<void>();
  }
  session.reply(wire::Reply(354, "", "end with a line that is a dot"));
  wire::DataDecoder decoder(session.limits().max_message);
  const auto read = co_await session.read_data(decoder);
  if (!read) {
    session.log().emit(log::events::k_smtp_message_lost, read.error());
    if (read.error().code() == Errc::limit) reply_refusal(session, too_large());
    co_return read;
  }
  auto message = decoder.take();
  if (const auto refused = refusal(session, decoder, message)) {
    session.log().emit(log::events::k_smtp_message_refused,
                       {{Keys::sender, session.transaction.mail->sender.mailbox.text()},
                        {Keys::bytes, decoder.size()},
                        {Keys::reason, refused->lines[0]}});
    reply_refusal(session, *refused);
  } else {
    co_await take(session, std::move(message));
  }
  session.reset();
  co_return Result<void>();
}

}  // namespace kontor::smtp
