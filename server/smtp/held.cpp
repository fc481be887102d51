// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/held.hpp"

#include "base/log/events/rules.hpp"
#include "server/quarantine/keeper.hpp"

namespace kontor::smtp {
namespace {

using quarantine::Cause;

// Who releases it says that it is none.
std::string without_junk_fields(std::string fields) {
  constexpr std::string_view k_junk = "X-Kontor-Junk:";
  while (fields.starts_with(k_junk)) {
    const auto end = fields.find("\r\n");
    fields.erase(0, end == std::string::npos ? end : end + 2);
  }
  return fields;
}

Task<Result<void>> put_aside(Session& session,
                             const Routed& routed,
                             std::vector<queue::Recipient> recipients,
                             Holding holding) {
  quarantine::Held held;
  held.envelope = routed.envelope;
  held.envelope.arrived = session.environment().clock.now();
  held.recipients = std::move(recipients);
  held.cause = holding.cause;
  held.reason = std::move(holding.reason);
  held.score = std::move(holding.score);
  held.client = session.stream().peer().address;
  auto bytes = without_junk_fields(routed.fields) + routed.message;
  held.envelope.size = bytes.size();
  co_return co_await session.environment().quarantine->hold(std::move(held), std::move(bytes));
}

}  // namespace

bool can_hold(const Session& session) { return session.environment().quarantine != nullptr; }

bool is_excepted(const Session& session, Cause cause) {
  if (!can_hold(session) || cause == Cause::virus || cause == Cause::rule) return false;
  const auto& sender = session.transaction.mail->sender;
  return session.environment().quarantine->is_excepted(
      sender.is_null ? std::string() : sender.mailbox.address(), session.stream().peer().address);
}

Task<std::vector<Result<void>>> hold(Session& session, Routed routed, Holding holding) {
  const bool may_pass = holding.cause == Cause::filter || holding.cause == Cause::signs;
  std::vector<std::size_t> held, passing;
  for (std::size_t i = 0; i < routed.recipients.size(); ++i)
    (may_pass && routed.recipients[i].is_allowed ? passing : held).push_back(i);
  std::vector<Result<void>> results(routed.recipients.size());
  if (!held.empty()) {
    std::vector<queue::Recipient> people;
    for (const auto index : held) people.push_back(routed.recipients[index].asked);
    const auto kept = co_await put_aside(session, routed, std::move(people), std::move(holding));
    for (const auto index : held) results[index] = kept;
    if (!kept) {  // the sender tries again, for all of them
      for (const auto index : passing) results[index] = kept;
      co_return results;
    }
  }
  if (passing.empty()) co_return results;
  std::vector<Destined> recipients;
  for (const auto index : passing) recipients.push_back(std::move(routed.recipients[index]));
  routed.recipients = std::move(recipients);
  const auto given = co_await session.environment().routing.take(std::move(routed));
  for (std::size_t i = 0; i < passing.size(); ++i) results[passing[i]] = given[i];
  co_return results;
}

Task<Result<void>> hold_by_rules(Session& session, const Routed& routed, const Ruled& ruled) {
  for (const auto& hold : ruled.holds) {
    std::vector<queue::Recipient> people;
    for (const auto index : hold.of) people.push_back(session.transaction.recipients[index].asked);
    auto reason = hold.reason.empty() ? hold.rule : hold.rule + ": " + hold.reason;
    const auto kept = co_await put_aside(session, routed, std::move(people),
                                         {Cause::rule, std::move(reason), {}});
    if (kept) continue;
    session.log().emit(
        log::events::k_rule_failed, kept.error(),
        {{log::Keys::trace, routed.envelope.trace}, {log::Keys::detail, "holding it back"}});
    co_return kept;
  }
  co_return Result<void>();
}

}  // namespace kontor::smtp
