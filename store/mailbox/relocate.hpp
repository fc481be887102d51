// SPDX-License-Identifier: GPL-3.0-or-later
// Where the messages of an account stand once a log was written anew (store/log/rewrite.hpp). The
// bytes are the same, so that nothing but their place changes.
#pragma once
#include <set>

#include "store/log/generation.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

// The items that stand in an older generation of `log` now stand where its footer says.
void relocate_items(AccountState& state,
                    std::uint32_t log,
                    const std::vector<FooterMessage>& messages);

// The logs, with their generations, that items of the state stand in.
std::set<std::uint32_t> logs_in_use(const AccountState& state);

// Brings a state up to the generations that are there: a snapshot may be older. corrupt: it knows a
// later one (a copy of a folder), or a footer is damaged; the frames themselves say where they
// stand. Blocking.
Result<void> relocate_items(LogDevice& device, AccountState& state);

}  // namespace kontor::store
