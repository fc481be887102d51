// SPDX-License-Identifier: GPL-3.0-or-later
// One LDAP connection to the address book (RFC 4511), read-only. server/app accepts and calls
// serve().
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "directory/gal/book.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "server/line/environment.hpp"

namespace kontor::ldap {

// What a connection needs of the server beside that; everything outlives it.
struct Environment : line::Environment {
  directory::Directory& directory;
  const directory::BookKeeper& books;
  directory::PhotoShelf photos;
  io::WorkPool& workers;  // searches run on it
};

// Runs until the client leaves, a limit ends it, or the session is ended. With `implicit_tls` the
// TLS handshake comes first (port 636). Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment);

}  // namespace kontor::ldap
