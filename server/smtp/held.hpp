// SPDX-License-Identifier: GPL-3.0-or-later
// A message that is to be held goes into quarantine instead of to its recipients
// (server/quarantine); who hands it over hears that it was taken.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/quarantine/held.hpp"
#include "server/smtp/routing.hpp"
#include "server/smtp/ruled.hpp"
#include "server/smtp/session.hpp"

namespace kontor::smtp {

// Why a message is held.
struct Holding {
  quarantine::Cause cause = quarantine::Cause::rule;
  std::string reason, score;
};

// Is there a quarantine?
bool can_hold(const Session& session);
// Is this sender or client excepted? Nobody is from viruses and rules.
bool is_excepted(const Session& session, quarantine::Cause cause);

// As Routing::take(): one result a recipient, in order. Those who allow this sender by their own
// lists get the message at once, whatever a filter or signs in its header say.
Task<std::vector<Result<void>>> hold(Session& session, Routed routed, Holding holding);

// What rules of the organisation hold back, each for the recipients of the session that it names.
// `routed` is the message as others get it. Those that are held are durable when it returns.
Task<Result<void>> hold_by_rules(Session& session, const Routed& routed, const Ruled& ruled);

}  // namespace kontor::smtp
