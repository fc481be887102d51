// SPDX-License-Identifier: GPL-3.0-or-later
// The collections that everybody has: a calendar, a list of tasks, an address book.
#pragma once
#include <string_view>

#include "base/core/task.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::dav {

inline constexpr std::string_view k_default_collection = "default";

// Makes them at the first use of an account. Who deletes one does not get it back.
Task<Result<void>> make_standard_collections(store::Account& account);
// ... of a mailbox that people share: they have the list of its INBOX.
Task<Result<void>> make_shared_collections(store::Account& account);

}  // namespace kontor::dav
