// SPDX-License-Identifier: GPL-3.0-or-later
// Limits of a day (server/policy/day_counts.hpp) in a transaction: the author's by policy; besides,
// of a client that did not sign in, its address's by the settings. Mail that comes by LMTP was
// counted by the server in front.
#pragma once
#include <optional>
#include <vector>

#include "server/policy/day_counts.hpp"
#include "server/smtp/session.hpp"

namespace kontor::smtp {

// At MAIL and at RCPT: why no message, or no further recipient, is taken today.
std::optional<wire::Reply> day_refusal_of_message(const Session& session, const wire::Path& sender);
std::optional<wire::Reply> day_refusal_of_recipient(const Session& session);

// A message with its recipients, counted at its end; what was not taken is given back.
struct DayCharge {
  std::vector<policy::DayKey> counted;
  policy::DayUse use;
};
// The refusal: since RCPT other sessions of the same author sent so much.
std::optional<wire::Reply> charge_day(const Session& session, DayCharge& charge);
void give_back(const Session& session, const DayCharge& charge);

}  // namespace kontor::smtp
