// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/traced.hpp"

#include "base/core/answers.hpp"
#include "base/mime/header.hpp"
#include "server/filter/screening/screening.hpp"
#include "server/smtp/handed_back.hpp"

namespace kontor::smtp {
namespace {

using message_trace::Arrival;
using message_trace::Step;
using message_trace::What;

std::unique_ptr<Arrival> arrival_of(const Session& session, const Heard& heard) {
  auto arrival = std::make_unique<Arrival>();
  arrival->protocol = protocol_of(session.role());
  arrival->client = session.stream().peer().address;
  if (session.hello) arrival->hello = session.hello->name;
  const auto tls = session.stream().tls_info();
  arrival->tls = tls.version;
  if (!tls.cipher.empty()) arrival->tls += ' ' + tls.cipher;
  if (session.identity)
    arrival->account =
        session.identity->mail.empty() ? session.identity->login : session.identity->mail;
  const auto& mail = session.transaction.mail;
  if (mail && !mail->sender.is_null) arrival->sender = mail->sender.mailbox.text();
  arrival->message_id = heard.message_id;
  if (session.environment().settings.message_trace.subjects)
    arrival->subject = mime::decode_words(heard.subject);
  arrival->size = heard.size;
  for (const auto& recipient : session.transaction.recipients)
    arrival->recipients.push_back(recipient.asked.address);
  return arrival;
}

}  // namespace

void trace_refusal(const Session& session,
                   const wire::Reply& reply,
                   const std::string& recipient,
                   const Heard& heard) {
  auto* sink = session.environment().trace;
  if (sink == nullptr) return;
  Step step;
  step.what = What::refused;
  step.trace = heard.trace;
  step.recipient = recipient;
  step.status = std::to_string(reply.code) + ' ' + reply.enhanced;
  step.text = reply.lines.empty() ? std::string() : reply.lines.front();
  step.arrival = arrival_of(session, heard);
  if (!recipient.empty()) step.arrival->recipients.assign(1, recipient);
  sink->note(std::move(step));
}

void trace_received(const Session& session, const Heard& heard, message_trace::Marks marks) {
  auto* sink = session.environment().trace;
  if (sink == nullptr) return;
  Step step;
  step.trace = heard.trace;
  step.marks = marks;
  step.arrival = arrival_of(session, heard);
  if (!session.visit.sender.empty() || session.visit.is_asked)
    trace_finding(session, What::screened, heard.trace, filter::Screening::summary(session.visit));
  sink->note(std::move(step));
}

void trace_finding(const Session& session,
                   What what,
                   const std::string& trace,
                   const std::string& words,
                   message_trace::Marks marks) {
  auto* sink = session.environment().trace;
  if (sink == nullptr || words.empty()) return;
  Step step;
  step.what = what;
  step.trace = trace;
  step.text = words;
  step.marks = marks;
  sink->note(std::move(step));
}

void trace_taken_out(const Session& session,
                     const std::string& trace,
                     const std::string& recipient) {
  auto* sink = session.environment().trace;
  if (sink == nullptr) return;
  Step step;
  step.what = What::discarded;
  step.trace = trace;
  step.recipient = recipient;
  step.text = "by the word of a filter";
  sink->note(std::move(step));
}

void trace_answers(const Session& session,
                   const std::string& trace,
                   const std::vector<Destined>& recipients,
                   const std::vector<Result<void>>& results) {
  auto* sink = session.environment().trace;
  if (sink == nullptr) return;
  for (std::size_t i = 0; i < results.size() && i < recipients.size(); ++i) {
    const auto& recipient = recipients[i];
    if (results[i] && (recipient.is_relayed || recipient.mailboxes.empty())) continue;
    Step step;
    step.what = results[i] ? What::taken : What::refused;
    step.trace = trace;
    step.recipient = recipient.asked.address;
    if (const auto reply = results[i] ? std::nullopt : handed_back_reply(results[i].error())) {
      step.status = reply->enhanced;
      step.text = std::to_string(reply->code) + ' ' + reply->lines[0];
    } else if (!results[i]) {
      const auto& answer = answer_for(results[i].error().code());
      step.status = answer.smtp_enhanced;
      step.text = results[i].error().text();
      if (answer.retry) step.text += "; the sender is told to try again";
    }
    sink->note(std::move(step));
  }
}

}  // namespace kontor::smtp
