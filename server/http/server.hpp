// SPDX-License-Identifier: GPL-3.0-or-later
// One HTTPS connection (RFC 9110, 9112), from its handshake to its end. server/app accepts and
// calls serve().
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "server/http/cookies.hpp"
#include "server/http/rates.hpp"
#include "server/http/routes.hpp"
#include "server/line/environment.hpp"

namespace kontor::http {

// What a connection needs of the server beside that; everything outlives it.
struct Environment : line::Environment {
  const Routes& routes;
  Cookies* cookies = nullptr;  // nullptr: each request is proved anew
  Rates* rates = nullptr;      // nullptr: everybody may ask as often as he likes
};

// Runs until the client leaves, a limit ends it, or the session is ended. The TLS handshake comes
// first. Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream, const Environment& environment);

}  // namespace kontor::http
