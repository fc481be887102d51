// SPDX-License-Identifier: GPL-3.0-or-later
// Whole collections: deleted, copied.
#pragma once
#include <string>

#include "base/core/task.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::dav {

// The folder and those below it.
Task<Result<void>> remove_collection(store::Account& account, std::string name);
// A folder and, when deep, what it holds and those below it, under another name; what the names
// `from` and `to` mean is a folder's full name. Not at once: a failure leaves what was made.
Task<Result<void>> copy_collection(store::Account& account,
                                   std::string from,
                                   std::string to,
                                   bool deep);

}  // namespace kontor::dav
