// SPDX-License-Identifier: GPL-3.0-or-later
// RuleKeeper: the rules that administrators wrote, in DATA/rules (docs/formats/rules.md), and in
// force. A change is on the disk, whole, before it is in force and answered; after a crash the file
// holds the rules before it or those after it. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "server/rules/ruleset.hpp"

namespace kontor::rules {

class RuleKeeper {
 public:
  // Everything given outlives it. bad_input: the file cannot be read; to go on without it would
  // lift what it forbids. Blocks.
  static Result<std::unique_ptr<RuleKeeper>> open(io::FileSystem& files,
                                                  std::string path,
                                                  io::WorkPool& pool);

  std::shared_ptr<const Ruleset> current() const;  // never null
  std::vector<Rule> list() const;
  // not_found: there is no rule of that name.
  Result<Rule> find(std::string_view name) const;

  // At the end, or before the rule `before`. exists: a rule has one of the names.
  Task<Result<void>> add(std::vector<Rule> rules, std::string before);
  // In place of the rule of that name, which may get another one.
  Task<Result<void>> change(std::string name, Rule rule);
  Task<Result<void>> remove(std::string name);
  // To the place with that number, 1 is the first.
  Task<Result<void>> move(std::string name, std::size_t place);
  Task<Result<void>> set_state(std::string name, State state);

 private:
  struct Kept {
    std::vector<Rule> rules;
    std::shared_ptr<const Ruleset> ready = std::make_shared<Ruleset>();
  };
  using Change = std::function<Result<void>(std::vector<Rule>& rules)>;
  RuleKeeper(io::FileSystem& files, std::string path, io::WorkPool& pool)
      : files_(files), path_(std::move(path)), pool_(pool) {}
  Task<Result<void>> apply(Change change);
  Result<void> apply_now(const Change& change);

  io::FileSystem& files_;
  std::string path_;
  io::WorkPool& pool_;
  Guarded<int> changing_;  // changes come one after another; readers do not wait for the disk
  Guarded<Kept> kept_;
};

}  // namespace kontor::rules
