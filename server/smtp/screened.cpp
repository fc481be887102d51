// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/screened.hpp"

#include "base/log/events/checks.hpp"

namespace kontor::smtp {
namespace {

std::optional<wire::Reply> as_reply(const std::optional<filter::Refusal>& refusal) {
  if (!refusal) return std::nullopt;
  return wire::Reply(refusal->code, refusal->status, refusal->text);
}

}  // namespace

bool is_screened(const Session& session) {
  const auto* screening = session.environment().screening;
  return screening != nullptr && screening->is_enabled() && session.role() == Role::mx &&
         !session.may_relay();
}

std::optional<wire::Reply> screen_client(Session& session) {
  if (!is_screened(session)) return std::nullopt;
  const auto& screening = *session.environment().screening;
  session.visit = screening.enter(session.stream().peer().address);
  const auto refusal = screening.at_connect(session.visit);
  if (refusal)
    session.log().emit(log::events::k_client_refused, {{log::Keys::reason, refusal->text}});
  return as_reply(refusal);
}

void screen_hello(Session& session) {
  if (is_screened(session))
    session.environment().screening->at_hello(session.visit, session.hello->name);
}

Task<std::optional<wire::Reply>> screen_sender(Session& session, const wire::Path& sender) {
  if (!is_screened(session)) co_return std::nullopt;
  const auto refusal = co_await session.environment().screening->at_mail(
      session.visit, sender.is_null ? std::string() : sender.mailbox.text());
  session.log().emit(log::events::k_client_screened,
                     {{log::Keys::sender, session.visit.sender},
                      {log::Keys::detail, filter::Screening::summary(session.visit)}});
  co_return as_reply(refusal);
}

std::optional<wire::Reply> screen_recipient(Session& session, const std::string& recipient) {
  if (!is_screened(session)) return std::nullopt;
  return as_reply(session.environment().screening->at_recipient(session.visit, recipient));
}

std::string screening_field(const Session& session) {
  return is_screened(session) ? filter::Screening::field(session.visit) : std::string();
}

}  // namespace kontor::smtp
