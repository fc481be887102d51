// SPDX-License-Identifier: GPL-3.0-or-later
// AccountReplacer: what only a store over a data folder can do: another folder of logs in the place
// of an account's.
#pragma once
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

class AccountReplacer {
 public:
  virtual ~AccountReplacer() = default;
  // The account's folder goes to DATA/replaced/ID.SECONDS, `prepared` (on the same file system, the
  // log of this account) comes to its place, with `owner`; durable when it returns. Makes the
  // account known when it was not. busy: somebody holds the mailbox. conflict: the owner has
  // another one.
  virtual Task<Result<void>> replace(AccountId id, Binding owner, std::string prepared) = 0;
};

}  // namespace kontor::store
