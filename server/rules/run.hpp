// SPDX-License-Identifier: GPL-3.0-or-later
// A set of rules run on one message, in order. Pure but for what it is given to ask.
//
// A rule acts for the recipients whom it holds for: they are deleted, moved, redirected and held;
// what changes the message changes it for everybody. Later rules see the message as earlier ones
// left it, and recipients that are gone no more. A rule in rehearsal changes nothing; what it would
// have done is tried on a copy and told.
#pragma once
#include <vector>

#include "server/rules/judge.hpp"
#include "server/rules/mail.hpp"
#include "server/rules/ruleset.hpp"

namespace kontor::rules {

struct RunOptions {
  UtcSeconds now{};
  std::string server_name;
  std::string junk_field;     // "X-Kontor-Junk: …" is made with it
  bool is_rehearsal = false;  // of all rules, whatever their state and period
  mime::Limits limits = {};
};

Outcome run(const Ruleset& rules,
            Mail mail,
            const std::vector<FileText>& files,
            const Sources& sources,
            const RunOptions& options);

}  // namespace kontor::rules
