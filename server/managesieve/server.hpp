// SPDX-License-Identifier: GPL-3.0-or-later
// One ManageSieve connection (RFC 5804), from greeting to the end. server/app accepts and calls
// serve().
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "server/line/environment.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::managesieve {

// What a connection needs of the server beside that; everything outlives it.
struct Environment : line::Environment {
  directory::Directory& directory;
  store::AccountStore& store;
};

// Runs until the client leaves, a limit ends it, or the session is ended. Runs on the strand that
// awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream, const Environment& environment);

}  // namespace kontor::managesieve
