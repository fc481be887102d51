// SPDX-License-Identifier: GPL-3.0-or-later
// Rules made ready to be asked: expressions compiled, words folded. Immutable; any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "server/rules/numbers.hpp"
#include "server/rules/pattern.hpp"
#include "server/rules/rule.hpp"

namespace kontor::rules {

struct ReadyCondition {
  Condition condition;
  std::vector<std::string> folded;  // values, as texts are compared
  std::vector<Pattern> patterns;    // of How::matches
  std::vector<Numbers> numbers;
};
// A condition as the rules were checked to have it. bad_input: it was not.
Result<ReadyCondition> make_ready(const Condition& condition);

struct ReadyRule {
  Rule rule;
  std::vector<ReadyCondition> when, except;
  std::vector<std::vector<ReadyCondition>> what_of;  // one an action
};

class Ruleset {
 public:
  static Result<std::shared_ptr<const Ruleset>> make(const std::vector<Rule>& rules);

  const std::vector<ReadyRule>& rules() const noexcept { return rules_; }
  // A rule of them may act on a message or be rehearsed with it.
  bool is_idle() const noexcept { return is_idle_; }
  bool needs_files() const noexcept { return needs_files_; }  // what attachments say

 private:
  std::vector<ReadyRule> rules_;
  bool is_idle_ = true, needs_files_ = false;
};

}  // namespace kontor::rules
