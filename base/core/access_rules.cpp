// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/access_rules.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor {
namespace {

// RFC 1123, 2.1, and the underscore that Windows' DNS lets hosts have.
bool is_label(std::string_view label) {
  const auto fits = [](char c) {
    return is_digit(c) || c == '-' || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
  };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, fits);
}

bool is_host_name(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  const auto labels = split(name, '.');
  // The last label of a name is never a number (RFC 3696, 2): "10.0.0" is a mistyped network.
  return name.size() <= 253 && std::ranges::all_of(labels, is_label) &&
         !std::ranges::all_of(labels.back(), is_digit);
}

bool fits_name(std::string_view rule, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!rule.starts_with('.')) return iequals(rule, name);
  return name.size() > rule.size() && iequals(rule, name.substr(name.size() - rule.size()));
}

}  // namespace

Result<AccessRules::Rule> AccessRules::parse_rule(std::string_view text) {
  Rule rule;
  auto who = trim(text);
  if (who.starts_with('!')) {
    rule.is_exclusion = true;
    who = trim(who.substr(1));
  }
  const auto network = parse_network(who);
  if (network) {
    rule.network = *network;
    return rule;
  }
  // "pc-1.example.test" looks like a range at first: a name is what says so.
  if (is_host_name(who)) {
    rule.name = to_lower(who);
    return rule;
  }
  const auto is_of_numbers = [](char c) { return is_digit(c) || c == '.' || c == '-' || c == ' '; };
  if (who.contains('/') || who.contains(':') ||
      (!who.empty() && std::ranges::all_of(who, is_of_numbers)))
    return fail(network.error());
  return fail(Errc::bad_input, "\"" + to_valid_utf8(text.substr(0, 100)) +
                                   "\" is no network, range, address or host name");
}

Result<AccessRules> AccessRules::parse(const std::vector<std::string>& texts) {
  AccessRules rules;
  for (const auto& text : texts) {
    KONTOR_TRY(auto rule, parse_rule(text));
    rules.otherwise_ = rules.otherwise_ && rule.is_exclusion;
    rules.rules_.push_back(std::move(rule));
  }
  return rules;
}

AccessRules::Verdict AccessRules::judge(const IpAddress& peer) const {
  using enum Verdict;
  for (const auto& rule : rules_) {
    if (!rule.network) return needs_names;
    if (rule.network->contains(peer)) return rule.is_exclusion ? refused : allowed;
  }
  return otherwise_ ? allowed : refused;
}

bool AccessRules::allows(const IpAddress& peer, const std::vector<std::string>& names) const {
  for (const auto& rule : rules_) {
    const auto is_it = [&](const std::string& name) { return fits_name(rule.name, name); };
    const bool fits =
        rule.network ? rule.network->contains(peer) : std::ranges::any_of(names, is_it);
    if (fits) return !rule.is_exclusion;
  }
  return otherwise_;
}

}  // namespace kontor
