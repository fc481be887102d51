// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/day_limits.hpp"

#include <fmt/format.h>

#include "server/smtp/policy.hpp"

namespace kontor::smtp {
namespace {

using policy::DayUse;

struct Limited {
  policy::DayKey key;
  DayUse limits;
  bool is_client = false;
};

// Those of whom this transaction is counted.
std::vector<Limited> limited(const Session& session, const wire::Path& sender) {
  std::vector<Limited> out;
  if (session.environment().day_counts == nullptr || session.role() == Role::lmtp) return out;
  if (const auto author = author_of(session, sender)) {
    const auto values = session.environment().policies.of(*author);
    out.push_back({policy::day_key(*author), {values->daily_messages, values->daily_recipients}});
  }
  const auto& settings = session.limits();
  const bool has_limit = settings.max_messages_per_day != 0 || settings.max_recipients_per_day != 0;
  if (!session.identity && has_limit)
    out.push_back({policy::day_key(session.stream().peer().address),
                   {settings.max_messages_per_day, settings.max_recipients_per_day},
                   true});
  return out;
}

// RFC 5321, 4.2.2 and 4.5.3.1.10: for now, so that a queue tries again when the day is over.
wire::Reply too_many(const Limited& who, bool is_of_recipients) {
  const auto* where = who.is_client ? "from your address" : "from you";
  if (is_of_recipients)
    return {452, "4.5.3",
            fmt::format("mail {} went to enough recipients today (the limit is {}); try again "
                        "tomorrow",
                        where, who.limits.recipients)};
  return {450, "4.7.1",
          fmt::format("enough messages {} today (the limit is {}); try again tomorrow", where,
                      who.limits.messages)};
}

std::optional<wire::Reply> refusal(const Session& session,
                                   const wire::Path& sender,
                                   std::uint64_t recipients) {
  const auto now = session.environment().clock.now();
  for (const auto& who : limited(session, sender)) {
    if (who.limits == DayUse()) continue;
    const auto used = session.environment().day_counts->used(who.key, now);
    if (who.limits.messages != 0 && used.messages >= who.limits.messages)
      return too_many(who, false);
    if (who.limits.recipients != 0 && used.recipients + recipients > who.limits.recipients)
      return too_many(who, true);
  }
  return std::nullopt;
}

}  // namespace

std::optional<wire::Reply> day_refusal_of_message(const Session& session,
                                                  const wire::Path& sender) {
  return refusal(session, sender, 1);
}

std::optional<wire::Reply> day_refusal_of_recipient(const Session& session) {
  const auto& transaction = session.transaction;
  return refusal(session, transaction.mail->sender, transaction.recipients.size() + 1);
}

std::optional<wire::Reply> charge_day(const Session& session, DayCharge& charge) {
  const auto& transaction = session.transaction;
  charge.use = {1, static_cast<std::uint32_t>(transaction.recipients.size())};
  auto& environment = session.environment();
  const auto now = environment.clock.now();
  for (const auto& who : limited(session, transaction.mail->sender)) {
    if (environment.day_counts->take(who.key, charge.use, who.limits, now)) {
      charge.counted.push_back(who.key);
      continue;
    }
    give_back(session, charge);
    const auto used = environment.day_counts->used(who.key, now);
    return too_many(who, who.limits.messages == 0 || used.messages < who.limits.messages);
  }
  return std::nullopt;
}

void give_back(const Session& session, const DayCharge& charge) {
  const auto& environment = session.environment();
  for (const auto& key : charge.counted)
    environment.day_counts->give_back(key, charge.use, environment.clock.now());
}

}  // namespace kontor::smtp
