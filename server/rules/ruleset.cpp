// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/rules/ruleset.hpp"

#include <algorithm>

#include "base/mime/decode.hpp"
#include "base/mime/encode.hpp"
#include "server/rules/rule_words.hpp"

namespace kontor::rules {
namespace {

Result<std::vector<ReadyCondition>> make_all(const std::vector<Condition>& conditions) {
  std::vector<ReadyCondition> out;
  for (const auto& one : conditions) {
    KONTOR_TRY(auto ready, make_ready(one));
    out.push_back(std::move(ready));
  }
  return out;
}

bool any_needs_files(const std::vector<Condition>& conditions) {
  return std::ranges::any_of(conditions,
                             [](const auto& one) { return row_of(one.about).needs_files; });
}

}  // namespace

Result<ReadyCondition> make_ready(const Condition& condition) {
  ReadyCondition out;
  out.condition = condition;
  for (const auto& value : condition.values) {
    if (condition.about == About::numbers) {
      const auto numbers = find_numbers(value);
      if (!numbers) return fail(Errc::bad_input, "an unknown kind of number");
      out.numbers.push_back(*numbers);
    } else if (condition.about == About::words) {
      out.folded.push_back(mime::plain_words(value));
    } else if (condition.how == How::matches && row_of(condition.about).kind == Kind::text) {
      KONTOR_TRY(auto pattern, Pattern::make(value));
      out.patterns.push_back(std::move(pattern));
    } else {
      out.folded.push_back(mime::fold_case(value));
    }
  }
  return out;
}

Result<std::shared_ptr<const Ruleset>> Ruleset::make(const std::vector<Rule>& rules) {
  auto out = std::make_shared<Ruleset>();
  for (const auto& rule : rules) {
    ReadyRule ready;
    ready.rule = rule;
    KONTOR_TRY(ready.when, make_all(rule.when));
    KONTOR_TRY(ready.except, make_all(rule.except));
    for (const auto& action : rule.actions) {
      KONTOR_TRY(auto what_of, make_all(action.what_of));
      ready.what_of.push_back(std::move(what_of));
    }
    const bool is_used = rule.state != State::off;
    out->is_idle_ = out->is_idle_ && !is_used;
    out->needs_files_ = out->needs_files_ ||
                        (is_used && (any_needs_files(rule.when) || any_needs_files(rule.except)));
    out->rules_.push_back(std::move(ready));
  }
  return std::shared_ptr<const Ruleset>(std::move(out));
}

}  // namespace kontor::rules
