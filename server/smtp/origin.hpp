// SPDX-License-Identifier: GPL-3.0-or-later
// Who really sent a message that comes from others: it is asked at the end of the data, before the
// message is taken (server/filter).
#pragma once
#include <optional>
#include <string>

#include "server/filter/checks.hpp"
#include "server/smtp/session.hpp"

namespace kontor::smtp {

struct Origin {
  std::optional<wire::Reply> refusal;
  // Authentication-Results, and X-Kontor-Junk, for the start of the message; may be empty.
  std::string field;
  std::string hold_reason;  // why it is to be held; empty: it is not
};

// On port 25, from whom the settings do not trust; not by submission or LMTP.
bool is_origin_checked(const Session& session);
// Whoever is not trusted: his fields that claim to be this server's results are taken out.
bool may_forge_results(const Session& session);

// Takes as long as the name servers, up to checks.timeout. The trace gets the results.
Task<Origin> check_origin(const Session& session, std::string trace, filter::Evidence evidence);

}  // namespace kontor::smtp
