// SPDX-License-Identifier: GPL-3.0-or-later
// One POP3 connection (RFC 1939, 2449), from greeting to the end. server/app accepts and calls
// serve().
#pragma once
#include <functional>
#include <memory>

#include "base/core/task.hpp"
#include "server/line/environment.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::pop3 {

// What a connection needs of the server beside that; everything outlives it.
struct Environment : line::Environment {
  directory::Directory& directory;
  store::AccountStore& store;
  // Somebody signed in, from this address; any thread, shortly. Unset: nobody is told.
  std::function<void(const directory::Identity& who, const std::string& address)> signed_in = {};
};

// Runs until the client leaves, a limit ends it, or the session is ended. With `implicit_tls` the
// TLS handshake comes first (port 995). Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment);

}  // namespace kontor::pop3
