// SPDX-License-Identifier: GPL-3.0-or-later
// What upkeep did for an account at its turn. Values only.
#pragma once
#include <optional>
#include <vector>

#include "base/core/result.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::store {

struct UpkeepReport {
  UtcSeconds when{};
  std::vector<RetentionCount> retention;  // of rules that expunged something
  Purged purged;
  bool removed = false;          // its owner is gone for long enough: so is the account
  std::optional<Error> problem;  // the first; what came behind it was not tried
  UtcSeconds due{};              // unless somebody changes it, there is nothing to do before
};

}  // namespace kontor::store
