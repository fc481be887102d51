// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/rule_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"

namespace kontor::policy {
namespace {

using config::PolicyRule;

constexpr std::string_view k_head = "kontor-policies 1";
constexpr std::string_view k_end = "end";
constexpr std::size_t k_most_rules = 10'000;

auto find_rule(std::vector<PolicyRule>& rules, std::string_view who) {
  return std::ranges::find_if(rules,
                              [&](const PolicyRule& one) { return is_same_who(one.who, who); });
}

}  // namespace

bool is_same_who(std::string_view a, std::string_view b) {
  return directory::fold_dn(a) == directory::fold_dn(b);
}

std::string format_rules(const std::vector<PolicyRule>& rules) {
  std::string out(k_head);
  out += '\n';
  for (const auto& rule : rules) out.append(config::format_policy(rule)).append("\n");
  return out.append(k_end).append("\n");
}

Result<std::vector<PolicyRule>> parse_rules(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.front() != k_head)
    return fail(Errc::bad_input, fmt::format("the first line is not \"{}\"", k_head));
  if (lines.size() < 3 || lines[lines.size() - 2] != k_end || !lines.back().empty())
    return fail(Errc::bad_input, fmt::format("the last line is not \"{}\"", k_end));
  if (lines.size() - 3 > k_most_rules) return fail(Errc::bad_input, "too many rules");
  std::vector<PolicyRule> rules;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    auto rule = config::parse_policy(lines[i]);
    if (!rule)
      return fail(Errc::bad_input, fmt::format("line {}: {}", i + 1, rule.error().detail()));
    rules.push_back(*std::move(rule));
  }
  return rules;
}

Result<void> put_rule(std::vector<PolicyRule>& rules, const PolicyRule& rule) {
  const auto place = find_rule(rules, rule.who);
  if (place == rules.end()) {
    if (rule.values.empty()) return fail(Errc::bad_input, "it names no value");
    if (rules.size() >= k_most_rules) return fail(Errc::limit, "there are too many rules");
    rules.push_back(rule);
    return {};
  }
  if (rule.priority) place->priority = rule.priority;
  for (const auto& [name, text] : rule.values) place->values.insert_or_assign(name, text);
  return {};
}

Result<void> drop_rule(std::vector<PolicyRule>& rules,
                       std::string_view who,
                       std::string_view name) {
  const auto place = find_rule(rules, who);
  if (place == rules.end())
    return fail(Errc::not_found, fmt::format("kontorctl keeps no rule for {}", who));
  if (name.empty()) {
    rules.erase(place);
    return {};
  }
  const auto known = config::find_policy_name(name);
  if (!known && name != "priority")
    return fail(Errc::bad_input, fmt::format("there is no value named {}", name));
  const bool is_gone = known ? place->values.erase(*known) != 0
                             : std::exchange(place->priority, std::nullopt).has_value();
  if (!is_gone) return fail(Errc::not_found, fmt::format("that rule does not name {}", name));
  if (place->values.empty()) rules.erase(place);
  return {};
}

}  // namespace kontor::policy
