// SPDX-License-Identifier: GPL-3.0-or-later
// One LDAP connection to the address book (RFC 4511), read-only. server/app accepts and calls
// serve().
#pragma once
#include <functional>
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"
#include "directory/gal/book.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "directory/model/sign_in.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::ldap {

// What a connection needs of the server; everything outlives it.
struct Environment {
  const config::Settings& settings;
  directory::Directory& directory;
  directory::SignInService& sign_in;
  const directory::BookKeeper& books;
  directory::PhotoShelf photos;
  io::WorkPool& workers;  // searches run on it
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> tls;  // the certificate of now
  log::Context log;
};

// Runs until the client leaves, a limit ends it, or the session is ended. With `implicit_tls` the
// TLS handshake comes first (port 636). Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment);

}  // namespace kontor::ldap
