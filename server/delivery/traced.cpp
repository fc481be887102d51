// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/traced.hpp"

#include "base/core/answers.hpp"

namespace kontor::delivery {

using message_trace::What;

namespace {

message_trace::Step step_of(const CopyTrace& copy, What what) {
  message_trace::Step step;
  step.what = what;
  step.trace = copy.trace;
  step.arrived = copy.arrived;
  step.recipient = copy.recipient;
  step.asked = copy.asked;
  return step;
}

}  // namespace

void CopyTrace::note(What what, std::string place, std::string text) const {
  if (sink == nullptr) return;
  auto step = step_of(*this, what);
  step.place = std::move(place);
  step.text = std::move(text);
  sink->note(std::move(step));
}

void CopyTrace::delivered(const std::string& folder,
                          const std::string& account,
                          store::Uid uid) const {
  if (sink == nullptr) return;
  note(What::delivered, folder, "account " + account + ", UID " + std::to_string(uid));
}

void CopyTrace::failed(const Error& error) const {
  if (sink == nullptr) return;
  const auto& answer = answer_for(error.code());
  auto step = step_of(*this, answer.retry ? What::deferred : What::failed);
  step.status = answer.smtp_enhanced;
  step.text = error.text();
  sink->note(std::move(step));
}

}  // namespace kontor::delivery
