// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <unordered_set>

#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"

namespace kontor::policy {
namespace {

using directory::DirectoryCopy;
using directory::Kind;
using directory::Principal;

constexpr std::size_t k_no_rule = std::numeric_limits<std::size_t>::max();

std::size_t depth_of(std::string_view folded_dn) {
  return static_cast<std::size_t>(std::ranges::count(folded_dn, ',')) + 1;
}

// The same of a DN as a directory writes it (RFC 4514, 2.4), without the cost of folding it.
std::size_t depth_of_written(std::string_view dn) {
  std::size_t depth = 1;
  for (std::size_t i = 0; i < dn.size(); ++i) {
    if (dn[i] == '\\')
      ++i;
    else
      depth += dn[i] == ',' ? 1 : 0;
  }
  return depth;
}

// The DN around this one; empty: none. A comma inside a value is escaped in folded DNs.
std::string_view parent_of(std::string_view folded_dn) {
  const auto comma = folded_dn.find(',');
  return comma == std::string_view::npos ? std::string_view() : folded_dn.substr(comma + 1);
}

// Smaller is stronger.
auto strength(const Applied& one) {
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  constexpr std::uint32_t k_any_priority = 1U << 16U;
  const auto& rule = *one.rule;
  const bool by_dn = rule.origin == Origin::directory;
  return std::tuple(one.level, most - one.depth, k_any_priority - rule.rule.priority.value_or(0),
                    rule.origin, by_dn ? std::string_view(rule.rule.who) : std::string_view(),
                    one.place);
}

}  // namespace

std::string_view name_of(Origin origin) noexcept {
  static constexpr std::array<std::string_view, 3> k_words{"kontorctl", "settings", "directory"};
  return k_words[static_cast<std::size_t>(origin)];
}

std::string_view name_of(Level level) noexcept {
  static constexpr std::array<std::string_view, 5> k_words{"person", "group", "unit", "domain",
                                                           "everybody"};
  return k_words[static_cast<std::size_t>(level)];
}

std::vector<Decision> decide(const std::vector<Applied>& applied) {
  std::array<std::optional<Decision>, config::k_policy_names> found;
  for (const auto& one : applied)
    for (const auto& [name, text] : one.rule->rule.values) {
      auto& decision = found[static_cast<std::size_t>(name)];
      if (decision)
        decision->losers.push_back(one);
      else
        decision = Decision{name, one, {}};
    }
  std::vector<Decision> decisions;
  for (auto& decision : found)
    if (decision) decisions.push_back(*std::move(decision));
  return decisions;
}

config::PolicyValues values_of(const std::vector<Applied>& applied) {
  config::PolicyValues values;
  for (const auto& decision : decide(applied))
    config::apply_policy_value(decision.name, decision.winner.rule->rule.values.at(decision.name),
                               values);
  return values;
}

WrittenValue split_value(std::string_view value) {
  const auto end = value.find('\n');
  if (end == std::string_view::npos) return {{}, value};
  return {value.substr(0, end), value.substr(end + 1)};
}

// Finds whom a WHO means; what it needs of the whole copy is made when it is first asked for.
struct RuleIndex::Looker {
  const DirectoryCopy& copy;
  mutable bool has_names = false;
  mutable std::unordered_map<std::string, const Principal*> by_dn, groups;
  mutable std::unordered_set<std::string> units;  // whatever somebody lies below

  void read_names() const {
    if (std::exchange(has_names, true)) return;
    for (const auto& one : copy.all()) {
      const auto dn = directory::fold_dn(one->dn);
      for (auto unit = parent_of(dn); !unit.empty(); unit = parent_of(unit))
        if (!units.emplace(unit).second) break;
      by_dn.emplace(dn, one.get());
      if (one->kind != Kind::group || one->account_name.empty()) continue;
      const auto name = "\\" + directory::fold_name(one->account_name);
      for (const auto& domain : {one->netbios_domain, one->domain})
        if (!domain.empty()) groups.emplace(directory::fold_name(domain) + name, one.get());
    }
  }

  const Principal* find(const std::string& who, const std::string& folded) const {
    if (const auto found = copy.find_address(who)) return found.get();
    if (const auto found = copy.find_login(who, "")) return found.get();
    read_names();
    if (const auto found = by_dn.find(folded); found != by_dn.end()) return found->second;
    const auto group = groups.find(directory::fold_name(who));
    return group == groups.end() ? nullptr : group->second;
  }
};

RuleIndex::RuleIndex(const std::vector<RulePointer>& written, const DirectoryCopy& copy) {
  const Looker looker{copy, false, {}, {}, {}};
  for (const auto& rule : written) take_written(looker, rule);
  for (const auto& principal : copy.all())
    if (!principal->policies.empty()) take_attribute(*principal);
}

void RuleIndex::take_written(const Looker& looker, RulePointer rule) {
  const auto number = listed_.size();
  const auto& who = rule->rule.who;
  listed_.push_back({std::move(rule), Level::everybody, {}});
  auto& listed = listed_.back();
  if (who == "everybody") {
    everybody_.push_back(number);
    return;
  }
  if (who.starts_with('@')) {
    listed.level = Level::domain;
    domains_[directory::fold_name(who.substr(1))].push_back(number);
    return;
  }
  const auto folded = directory::fold_dn(who);
  const auto* found = looker.find(who, folded);
  if (found != nullptr && found->kind == Kind::group && !found->sid.empty()) {
    listed.level = Level::group;
    groups_[found->sid].push_back(number);
  } else if (found != nullptr && (found->kind == Kind::person || found->kind == Kind::room)) {
    listed.level = Level::person;
    persons_[found->id].push_back(number);
  } else if (found != nullptr) {
    listed.level = Level::person;
    listed.problem = "it is neither a person nor a group of this directory";
  } else if (looker.units.contains(folded)) {
    listed.level = Level::unit;
    units_[folded].push_back(number);
  } else {
    listed.level = Level::group;
    listed.problem = "the directory knows nobody by this name, and nobody lies below it";
  }
}

void RuleIndex::take_attribute(const Principal& principal) {
  for (const auto& value : principal.policies) take_value(principal, value);
}

// A value of a unit comes with everybody below it, and is read once.
void RuleIndex::take_value(const Principal& principal, const std::string& value) {
  const auto [unit, text] = split_value(value);
  const bool is_own = unit.empty();
  if (!is_own && (principal.kind == Kind::group || values_.contains(value))) return;
  const std::string where = is_own ? principal.dn : std::string(unit);
  const auto number = listed_.size();
  auto level = is_own ? Level::person : Level::unit;
  if (principal.kind == Kind::group) level = Level::group;
  auto read = config::parse_policy_values(text);
  if (!is_own) values_.emplace(value, read ? number : k_no_rule);
  Rule rule{read.value_or(config::PolicyRule()), Origin::directory};
  rule.rule.who = where;
  auto problem = read ? std::string() : read.error().detail();
  listed_.push_back({std::make_shared<const Rule>(std::move(rule)), level, std::move(problem)});
  if (!read) return;
  if (level == Level::person) persons_[principal.id].push_back(number);
  if (level == Level::group) groups_[principal.sid].push_back(number);
}

Applied RuleIndex::applied(std::size_t number, std::size_t depth) const {
  const auto& one = listed_[number];
  return {one.rule, one.level, depth, number};
}

std::vector<Applied> RuleIndex::applied_to(const DirectoryCopy& copy,
                                           const Principal& person) const {
  std::vector<Applied> out;
  const auto add = [&](const Numbers& numbers, std::size_t depth) {
    for (const auto number : numbers) out.push_back(applied(number, depth));
  };
  add(everybody_, 0);
  if (const auto own = persons_.find(person.id); own != persons_.end()) add(own->second, 0);
  if (!groups_.empty())
    for (const auto& sid : copy.effective_sids(person.id))
      if (const auto group = groups_.find(sid); group != groups_.end()) add(group->second, 0);
  if (!domains_.empty()) {
    const auto domain = directory::fold_name(person.mail.substr(person.mail.rfind('@') + 1));
    if (const auto found = domains_.find(domain); found != domains_.end()) add(found->second, 0);
  }
  if (!units_.empty()) {
    const auto dn = directory::fold_dn(person.dn);
    for (auto unit = parent_of(dn); !unit.empty(); unit = parent_of(unit))
      if (const auto found = units_.find(std::string(unit)); found != units_.end())
        add(found->second, depth_of(unit));
  }
  for (const auto& value : person.policies) {
    const auto found = values_.find(value);
    if (found == values_.end() || found->second == k_no_rule) continue;
    out.push_back(applied(found->second, depth_of_written(split_value(value).unit)));
  }
  std::ranges::sort(out, {}, strength);
  return out;
}

}  // namespace kontor::policy
