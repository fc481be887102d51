// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/traced.hpp"

#include "base/mime/header.hpp"
#include "server/queue/notice.hpp"

namespace kontor::queue {
namespace {

using message_trace::Step;
using message_trace::What;

Step step_of(What what, const Envelope& envelope, const Recipient& recipient) {
  Step step;
  step.what = what;
  step.trace = envelope.trace;
  step.arrived = envelope.arrived;
  step.recipient = recipient.address;
  return step;
}

What what_of(const Outcome& outcome) {
  switch (outcome.fate) {
    case Fate::delivered:
      return What::taken;  // delivery itself says into which mailboxes
    case Fate::relayed:
      return What::relayed;
    case Fate::deferred:
      return What::deferred;
    case Fate::failed:
      break;
  }
  const bool is_over = outcome.status == "4.4.7" || outcome.status == "5.4.7";
  return is_over ? What::expired : What::failed;
}

}  // namespace

std::vector<Step> queued_steps(const Envelope& envelope,
                               const std::vector<Recipient>& recipients,
                               std::string_view bytes) {
  std::vector<Step> steps;
  if (envelope.is_made_here) {
    Step step;
    step.trace = envelope.trace;
    step.arrived = envelope.arrived;
    step.arrival = std::make_unique<message_trace::Arrival>();
    auto& arrival = *step.arrival;
    const auto header = bytes.substr(0, bytes.find("\r\n\r\n"));
    arrival.protocol = "server";
    arrival.sender = envelope.sender;
    arrival.size = bytes.size();
    arrival.message_id = mime::field_value(header, "Message-ID").value_or("");
    arrival.subject = mime::decode_words(mime::field_value(header, "Subject").value_or(""));
    for (const auto& one : recipients) arrival.recipients.push_back(one.address);
    steps.push_back(std::move(step));
  }
  for (const auto& one : recipients) {
    auto step = step_of(What::queued, envelope, one);
    step.asked = envelope.asked;
    steps.push_back(std::move(step));
  }
  return steps;
}

Step fate_step(MessageId id,
               const Envelope& envelope,
               const Recipient& recipient,
               const Outcome& outcome,
               std::chrono::seconds until_next_try) {
  auto step = step_of(what_of(outcome), envelope, recipient);
  step.queue_id = id;
  step.status = status_of(outcome);
  step.place = outcome.remote;
  step.text = outcome.diagnostic;
  if (!outcome.reason.empty())
    step.text += step.text.empty() ? outcome.reason : " (" + outcome.reason + ")";
  if (!outcome.route.empty())
    step.text += (step.text.empty() ? "by the route " : "; by the route ") + outcome.route;
  if (step.what == What::deferred)
    step.text += "; again in " + std::to_string(until_next_try.count()) + " s";
  return step;
}

Step removed_step(MessageId id, const Envelope& envelope, const Recipient& recipient) {
  auto step = step_of(What::removed, envelope, recipient);
  step.queue_id = id;
  return step;
}

Step told_step(const Envelope& envelope, const std::string& notice) {
  Step step;
  step.what = What::told;
  step.trace = envelope.trace;
  step.arrived = envelope.arrived;
  step.text = "the notice is " + notice;
  return step;
}

}  // namespace kontor::queue
