// SPDX-License-Identifier: GPL-3.0-or-later
// One HTTPS connection (RFC 9110, 9112), from its handshake to its end. server/app accepts and
// calls serve().
#pragma once
#include <functional>
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"
#include "directory/model/sign_in.hpp"
#include "server/http/cookies.hpp"
#include "server/http/routes.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::http {

// What a connection needs of the server; everything outlives it.
struct Environment {
  const config::Settings& settings;
  directory::SignInService& sign_in;
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> tls;  // the certificate of now
  log::Context log;
  const Routes& routes;
  Cookies* cookies = nullptr;  // nullptr: each request is proved anew
};

// Runs until the client leaves, a limit ends it, or the session is ended. The TLS handshake comes
// first. Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream, const Environment& environment);

}  // namespace kontor::http
