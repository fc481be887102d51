// SPDX-License-Identifier: GPL-3.0-or-later
// The file of the rules that kontorctl was told, DATA/policies (docs/formats/policies.md). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/policy_rule.hpp"

namespace kontor::policy {

std::string format_rules(const std::vector<config::PolicyRule>& rules);
// bad_input: the first line that is wrong, and why; nothing of such a file is used.
Result<std::vector<config::PolicyRule>> parse_rules(std::string_view text);

// Both mean the same whom, however they are written.
bool is_same_who(std::string_view a, std::string_view b);
// Puts the values of `rule` into the rule for the same whom, or adds it. limit: too many rules.
Result<void> put_rule(std::vector<config::PolicyRule>& rules, const config::PolicyRule& rule);
// Takes the rule for `who` away, or one name ("quota", "priority") of it. not_found: there is none.
Result<void> drop_rule(std::vector<config::PolicyRule>& rules,
                       std::string_view who,
                       std::string_view name);

}  // namespace kontor::policy
