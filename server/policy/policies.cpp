// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/policy/policies.hpp"

#include <algorithm>

#include "base/log/events/policy.hpp"

namespace kontor::policy {
namespace {

std::vector<std::string> problems_of(const RuleIndex& index) {
  std::vector<std::string> out;
  for (const auto& one : index.listed())
    if (!one.problem.empty())
      out.push_back("policy " + config::format_policy(one.rule->rule) + ": " + one.problem);
  return out;
}

const SharedValues& nothing() {
  static const SharedValues values = std::make_shared<const config::PolicyValues>();
  return values;
}

}  // namespace

Policies::Policies(const config::Settings& settings, log::Context log)
    : reads_attribute_(!settings.policy.attribute.empty()), log_(std::move(log)) {
  for (const auto& text : settings.policy.rules)
    if (auto rule = config::parse_policy(text))  // kontord --check and the start refuse others
      of_settings_.push_back(
          std::make_shared<const Rule>(Rule{*std::move(rule), Origin::settings}));
}

void Policies::set_directory(const directory::Directory& directory) { directory_ = &directory; }

void Policies::set_stored(const std::vector<config::PolicyRule>& rules) {
  known_.with([&](Known& known) {
    known.stored.clear();
    for (const auto& rule : rules)
      known.stored.push_back(std::make_shared<const Rule>(Rule{rule, Origin::kontorctl}));
    known.index = nullptr;
    has_stored_ = !rules.empty();
    ++version_;
  });
}

const RuleIndex& Policies::index_of(Known& known, const Copy& copy) const {
  if (known.index && known.copy == copy) return *known.index;
  auto written = known.stored;
  written.insert(written.end(), of_settings_.begin(), of_settings_.end());
  known.index = std::make_shared<const RuleIndex>(written, *copy);
  known.copy = copy;
  known.values.clear();
  tell_problems(known);
  return *known.index;
}

// Each once, until it has gone in between.
void Policies::tell_problems(Known& known) const {
  auto problems = problems_of(*known.index);
  for (const auto& problem : problems)
    if (std::ranges::find(known.told, problem) == known.told.end())
      log_.emit(log::events::k_policy_problem, {{log::Keys::detail, problem}});
  known.told = std::move(problems);
}

SharedValues Policies::of(const directory::PrincipalId& person) const {
  const auto* directory = directory_.load();
  if (directory == nullptr) return nothing();
  const auto copy = directory->current();
  return known_.with([&](Known& known) {
    const auto& index = index_of(known, copy);
    const auto kept = known.values.find(person);
    if (kept != known.values.end()) return kept->second;
    const auto found = copy->find(person);
    if (!found) return nothing();
    auto values =
        std::make_shared<const config::PolicyValues>(values_of(index.applied_to(*copy, *found)));
    known.values.emplace(person, values);
    return SharedValues(std::move(values));
  });
}

std::vector<Decision> Policies::explain(const directory::PrincipalId& person) const {
  const auto* directory = directory_.load();
  if (directory == nullptr) return {};
  const auto copy = directory->current();
  const auto found = copy->find(person);
  if (!found) return {};
  return known_.with(
      [&](Known& known) { return decide(index_of(known, copy).applied_to(*copy, *found)); });
}

std::vector<Listed> Policies::list() const {
  const auto* directory = directory_.load();
  if (directory == nullptr) return {};
  const auto copy = directory->current();
  return known_.with([&](Known& known) { return index_of(known, copy).listed(); });
}

std::vector<std::string> Policies::problems() const {
  const auto* directory = directory_.load();
  if (directory == nullptr) return {};
  const auto copy = directory->current();
  return known_.with([&](Known& known) { return problems_of(index_of(known, copy)); });
}

}  // namespace kontor::policy
