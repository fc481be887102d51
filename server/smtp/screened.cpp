// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/screened.hpp"

#include "base/log/events/checks.hpp"

namespace kontor::smtp {
namespace {

std::optional<wire::Reply> as_reply(const std::optional<filter::Refusal>& refusal) {
  if (!refusal) return std::nullopt;
  return wire::Reply(refusal->code, refusal->status, refusal->text);
}

// Is the reverse-path of a domain of this server, and has anybody that address?
filter::Owner owner_of_sender(const Session& session) {
  using delivery::Verdict;
  const auto& sender = session.visit.sender;
  if (sender.empty()) return filter::Owner::others;
  const auto found = session.environment().routing.delivery().resolve(sender);
  if (found.verdict == Verdict::foreign || found.verdict == Verdict::remote)
    return filter::Owner::others;
  if (found.is_early) return filter::Owner::unasked;
  return found.verdict == Verdict::unknown ? filter::Owner::nobody : filter::Owner::known;
}

}  // namespace

bool is_screened(const Session& session) {
  const auto* screening = session.environment().screening;
  return screening != nullptr && screening->is_enabled() && session.role() == Role::mx &&
         !session.may_relay();
}

Task<std::optional<wire::Reply>> screen_client(Session& session) {
  if (!is_screened(session)) co_return std::nullopt;
  const auto& screening = *session.environment().screening;
  session.visit = screening.enter(session.stream().peer().address);
  auto refusal = screening.at_connect(session.visit);
  const auto wait = session.environment().settings.screening.greeting_wait;
  if (!refusal && wait.count() > 0 && co_await session.is_spoken_to(wait))
    refusal = screening.at_early_talk(session.visit);
  if (refusal)
    session.log().emit(log::events::k_client_refused, {{log::Keys::reason, refusal->text}});
  co_return as_reply(refusal);
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

Task<std::optional<wire::Reply>> screen_recipient(Session& session,
                                                  std::string recipient,
                                                  const delivery::Resolved& resolved,
                                                  bool& is_allowed) {
  if (!is_screened(session)) co_return std::nullopt;
  auto& delivery = session.environment().routing.delivery();
  // Behind a list each member decides for himself: his copy goes into his folder for junk.
  const bool is_one =
      resolved.mailboxes.size() == 1 && resolved.outside.empty() && resolved.folders.empty();
  auto opinion = delivery::Opinion::none;
  if (is_one && !resolved.is_catch_all) {
    const auto& visit = session.visit;
    delivery::Stranger stranger;
    if (!visit.sender.empty()) stranger.addresses.assign(1, visit.sender);
    stranger.client = visit.client ? visit.client->text() : std::string();
    if (visit.name.verdict == filter::screening::Verdict::pass)
      stranger.client_name = visit.name.name;
    auto owner = resolved.mailboxes.front()->id;
    opinion = co_await delivery.opinion(std::move(owner), std::move(stranger));
  }
  is_allowed = opinion == delivery::Opinion::allowed;
  if (is_allowed) co_return std::nullopt;
  if (opinion == delivery::Opinion::blocked)
    co_return wire::Reply(550, "5.7.1", "this recipient takes no mail from you");
  auto& screening = *session.environment().screening;
  if (auto refusal = screening.at_recipient(session.visit, recipient)) co_return as_reply(refusal);
  co_return as_reply(
      co_await screening.at_sender(session.visit, owner_of_sender(session), recipient));
}

std::string screening_field(const Session& session) {
  return is_screened(session) ? filter::Screening::field(session.visit) : std::string();
}

}  // namespace kontor::smtp
