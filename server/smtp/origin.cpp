// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/origin.hpp"

#include "base/log/events/checks.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {
using log::Keys;

bool is_origin_checked(const Session& session) {
  const auto* checks = session.environment().checks;
  return checks != nullptr && checks->is_enabled() && session.role() == Role::mx &&
         !session.may_relay();
}

bool may_forge_results(const Session& session) {
  return session.role() == Role::submission || (session.role() == Role::mx && !session.may_relay());
}

Task<Origin> check_origin(const Session& session, std::string trace, filter::Evidence evidence) {
  const auto& checks = *session.environment().checks;
  filter::Sent sent;
  sent.client = session.stream().peer().address;
  sent.hello = session.hello->name;
  const auto& sender = session.transaction.mail->sender;
  if (!sender.is_null) sent.sender = sender.mailbox.text();
  const auto report = co_await checks.run(std::move(sent), std::move(evidence));
  const auto refusal = checks.refusal(report);
  checks.note(report, session.stream().peer().address, refusal);
  session.log().emit(filter::is_partly_unknown(report) ? log::events::k_message_unchecked
                                                       : log::events::k_message_checked,
                     {{Keys::trace, trace},
                      {Keys::sender, report.sender},
                      {Keys::detail, filter::summary_of(report)},
                      {Keys::reason, refusal ? refusal->text : ""}});
  trace_finding(session, message_trace::What::checked, trace, filter::summary_of(report));
  Origin origin;
  if (refusal) origin.refusal = wire::Reply(refusal->code, refusal->status, refusal->text);
  origin.field = filter::results_field(session.environment().settings.server.name, report);
  if (const auto why = checks.junk_reason(report); !why.empty())
    origin.field.insert(0, filter::junk_field(why));
  origin.hold_reason = checks.hold_reason(report);
  co_return origin;
}

}  // namespace kontor::smtp
