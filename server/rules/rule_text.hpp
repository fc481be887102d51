// SPDX-License-Identifier: GPL-3.0-or-later
// Rules as JSON, which administrators write and DATA/rules keeps (docs/formats/rules.md). Pure.
// bad_input says in a sentence which rule is wrong and why.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "server/rules/rule.hpp"

namespace kontor::rules {

// One rule, or an array of rules, or an object {"rules": […]}; comments and a comma too many are
// allowed.
Result<std::vector<Rule>> parse_rules(std::string_view text);
boost::json::object as_json(const Rule& rule);
// As kontorctl shows a rule and takes it: lines, two blanks deeper a level.
std::string format_rule(const Rule& rule);

// The file; every rule has another name.
std::string format_file(const std::vector<Rule>& rules);
Result<std::vector<Rule>> parse_file(std::string_view text);

}  // namespace kontor::rules
