// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kontor::smtp {
namespace {

using delivery::Verdict;

// Did somebody of this directory write it? Who signed in is known. In a trusted network, and by
// LMTP, whose front server saw who it was, the reverse-path is believed.
bool is_from_here(const Session& session) {
  if (session.identity) return true;
  const auto& sender = session.transaction.mail->sender;
  if (sender.is_null || (session.role() != Role::lmtp && !session.may_relay())) return false;
  const auto found = session.environment().routing.delivery().resolve(sender.mailbox.address());
  return found.verdict == Verdict::deliver && !found.is_catch_all && !found.mailboxes.empty();
}

// Would a copy leave this server?
bool goes_out(const delivery::Resolved& resolved) {
  return resolved.verdict != Verdict::deliver || !resolved.outside.empty() ||
         resolved.holds_outside;
}

}  // namespace

std::optional<directory::PrincipalId> author_of(const Session& session, const wire::Path& sender) {
  if (session.identity) return session.identity->id;
  if (!session.may_relay() || sender.is_null) return std::nullopt;
  const auto& environment = session.environment();
  const auto& domains = environment.routing.delivery().domains();
  const auto address = domains.canonical(sender.mailbox.address());
  const auto found = environment.directory.current()->find_address(address);
  return found ? std::optional(found->id) : std::nullopt;
}

policy::SharedValues policy_of_author(const Session& session, const wire::Path& sender) {
  return session.environment().policies.of(
      author_of(session, sender).value_or(directory::PrincipalId()));
}

std::optional<wire::Reply> policy_size_refusal(const config::PolicyValues& author,
                                               std::uint64_t size) {
  if (author.message_size == 0 || size <= author.message_size) return std::nullopt;
  return wire::Reply(552, "5.3.4",
                     fmt::format("you may send messages of up to {} bytes", author.message_size));
}

std::optional<wire::Reply> policy_count_refusal(const Session& session) {
  const auto& transaction = session.transaction;
  const auto author = policy_of_author(session, transaction.mail->sender);
  if (author->recipients == 0 || transaction.recipients.size() < author->recipients)
    return std::nullopt;
  // For good: "try the rest later" would let a client send it in pieces.
  return wire::Reply(
      550, "5.5.3",
      fmt::format("you may send a message to {} recipients at most", author->recipients));
}

std::optional<wire::Reply> policy_recipient_refusal(const Session& session,
                                                    delivery::Resolved& resolved,
                                                    bool& is_narrowed) {
  const auto author = policy_of_author(session, session.transaction.mail->sender);
  if (author->sends_here_only && goes_out(resolved))
    return wire::Reply(550, "5.7.1", "you may send mail to people of your organisation only");
  const auto& policies = session.environment().policies;
  const auto takes_from_here_only = [&](const auto& person) {
    return policies.of(person->id)->receives_here_only;
  };
  const auto is_in_such = [&](const store::AddressedFolder& folder) {
    return policies.of({folder.owner.source, folder.owner.guid})->receives_here_only;
  };
  if ((std::ranges::none_of(resolved.mailboxes, takes_from_here_only) &&
       std::ranges::none_of(resolved.folders, is_in_such)) ||
      is_from_here(session))
    return std::nullopt;
  std::erase_if(resolved.mailboxes, takes_from_here_only);
  std::erase_if(resolved.folders, is_in_such);
  is_narrowed = true;
  if (!resolved.mailboxes.empty() || !resolved.outside.empty() || !resolved.folders.empty() ||
      !resolved.held.empty())
    return std::nullopt;
  return wire::Reply(550, "5.7.1", "mail from outside the organisation is not taken there");
}

}  // namespace kontor::smtp
