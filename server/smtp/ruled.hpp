// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of the organisation (server/rules) are asked about a message at the end of the data,
// after all checks and before it is routed. What they want of the recipients is a list for routing
// beside that of the session, which keeps whom the client named: each of those gets an answer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "server/rules/mail.hpp"
#include "server/smtp/session.hpp"
#include "server/smtp/submission.hpp"
#include "server/smtp/traced.hpp"

namespace kontor::smtp {

struct Ruled {
  std::string message;
  std::string added;                   // the fields to stand before it
  std::optional<wire::Reply> refusal;  // for now or for good
  std::string notices;                 // what a notice says of the message
  std::vector<rules::Notice> letters;  // to be sent once it is taken
  std::vector<rules::Hold> holds;      // of recipients of the session; to be put aside first

  bool is_same = true;  // the recipients are those of the session
  std::vector<Destined> recipients;
  // Of each recipient of the session those of `recipients` whose results are his: none, when
  // nothing more is to be done for him.
  std::vector<std::vector<std::size_t>> answered_by;
  std::vector<std::size_t> copies;  // whose failure is everybody's
};

bool is_ruled(const Session& session);
// `shared`: mailboxes in whose name it is. Each rule that acted is told to the trace.
Task<Ruled> apply_rules(Session& session,
                        const Heard& heard,
                        std::string message,
                        std::string added,
                        const std::vector<SharedAuthor>& shared);

// One result for each recipient of the session, of those of the routed ones.
std::vector<Result<void>> results_for_session(const Ruled& ruled,
                                              const std::vector<Result<void>>& routed,
                                              std::size_t count);
// Letters of rules, after the message was taken.
Task<void> send_rule_notices(Session& session, std::string trace, Ruled& ruled);

}  // namespace kontor::smtp
