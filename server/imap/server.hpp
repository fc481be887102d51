// SPDX-License-Identifier: GPL-3.0-or-later
// One IMAP connection (RFC 9051 and 3501), from greeting to the end. server/app accepts and calls
// serve().
#pragma once
#include <functional>
#include <memory>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"
#include "directory/model/sign_in.hpp"
#include "server/indexer/searcher.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::imap {

class KeyCache;  // server/imap/key_cache.hpp
// An empty one, of the size that a server has.
std::shared_ptr<KeyCache> make_key_cache();

// Messages that a person moved or copied. What it refers to is the caller's.
struct Moved {
  const store::FolderInfo& from;
  const store::FolderInfo& to;          // under its name in its account
  const store::Binding& owner;          // of the mailbox they were in
  const store::Account& account;        // where they are now
  const std::vector<store::Uid>& uids;  // in `to`
};

// What a connection needs of the server; everything outlives it.
struct Environment {
  const config::Settings& settings;
  directory::Directory& directory;
  directory::SignInService& sign_in;
  store::AccountStore& store;
  trace::Sessions& sessions;
  const Clock& clock;
  std::function<std::shared_ptr<const net::TlsContext>()> tls;  // the certificate of now
  log::Context log;
  std::shared_ptr<KeyCache> keys = make_key_cache();  // of all connections
  indexer::Searcher* searcher = nullptr;              // none: every search reads the messages
  // Is told of each move and copy; any thread, shortly. Unset: nobody is.
  std::function<void(const Moved&)> moved = {};
};

// Runs until the client leaves, a limit ends it, or the session is ended. With `implicit_tls` the
// TLS handshake comes first (port 993). Runs on the strand that awaits it; never throws.
Task<void> serve(std::unique_ptr<net::Stream> stream,
                 bool implicit_tls,
                 const Environment& environment);

}  // namespace kontor::imap
