// SPDX-License-Identifier: GPL-3.0-or-later
// One refreshAndPersist search (RFC 4533, 3.3) on a connection of its own: what the server sends,
// message by message.
//
// Blocks within the limits; one thread. unavailable and timed_out: the connection is of no more
// use. conflict: the server does not know the cookie any more, begin again without one.
// unsupported: the server does not offer syncrepl.
#pragma once
#include <memory>
#include <string>
#include <variant>

#include "directory/ldap/connection.hpp"
#include "directory/ldap/sync_messages.hpp"

namespace kontor::directory {

struct SyncEntry {
  SyncState state;
  Entry entry;  // without attributes when it is only present or removed
};
using SyncMessage = std::variant<std::monostate, SyncEntry, SyncInfo>;  // monostate: none came

class SyncSearch {
 public:
  struct What {
    std::string base;
    std::string cookie;  // empty: everything
    std::vector<std::string> attributes;
  };
  // `transport` and `dog` outlive it.
  static Result<std::unique_ptr<SyncSearch>> open(const Controller& server,
                                                  const BindOptions& options,
                                                  const KdcTransport& transport,
                                                  Watchdog& dog,
                                                  const What& what);
  virtual ~SyncSearch() = default;
  // What has come already, without waiting.
  virtual Result<SyncMessage> next() = 0;
  // Until something comes, `other_fd` is readable or `limit` is over; true: something may be there.
  virtual Result<bool> wait(int other_fd, std::chrono::milliseconds limit) = 0;
  // Does the server still answer?
  virtual Result<void> ping() = 0;
};

}  // namespace kontor::directory
