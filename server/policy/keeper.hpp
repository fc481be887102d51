// SPDX-License-Identifier: GPL-3.0-or-later
// Keeper: the rules that kontorctl was told, in DATA/policies, and in force. A change is on the
// disk, whole, before it is in force and answered; after a crash the file holds the rules before it
// or those after it. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/core/task.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "server/policy/policies.hpp"

namespace kontor::policy {

class Keeper {
 public:
  // Everything given outlives it. `changed` is called on any thread after each change, shortly.
  // bad_input: the file cannot be read; to go on without it would lift what it forbids. Blocks.
  static Result<std::unique_ptr<Keeper>> open(io::FileSystem& files,
                                              std::string path,
                                              Policies& policies,
                                              io::WorkPool& pool,
                                              std::function<void()> changed);

  const Policies& policies() const noexcept { return policies_; }
  // Values of the rule for the same whom that are not named stay.
  Task<Result<void>> set(config::PolicyRule rule);
  // The whole rule, when `name` is empty. not_found: there is none.
  Task<Result<void>> remove(std::string who, std::string name);

 private:
  using Rules = std::vector<config::PolicyRule>;
  using Change = std::function<Result<void>(Rules& rules)>;
  Keeper(io::FileSystem& files,
         std::string path,
         Policies& policies,
         io::WorkPool& pool,
         std::function<void()> changed);
  Task<Result<void>> apply(Change change);
  Result<void> apply_now(const Change& change);

  io::FileSystem& files_;
  std::string path_;
  Policies& policies_;
  io::WorkPool& pool_;
  std::function<void()> changed_;
  Guarded<Rules> rules_;  // locked while the file is written: changes come one after another
};

}  // namespace kontor::policy
