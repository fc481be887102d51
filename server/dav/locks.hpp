// SPDX-License-Identifier: GPL-3.0-or-later
// Locks of WebDAV (RFC 4918, 6 and 7), in memory: a restart ends them, as 6.6 allows. Any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/core/result.hpp"
#include "base/core/time.hpp"
#include "directory/model/model.hpp"

namespace kontor::dav {

struct Lock {
  std::string token;  // "urn:uuid:..."
  std::string path;   // with a slash at its end, so that what lies below begins with it
  bool is_shared = false;
  bool is_deep = false;
  std::string owner;  // DAV:owner as XML, of the client
  directory::PrincipalId holder;
  SteadyTime ends{};
  std::chrono::seconds timeout{};
};

class Locks {
 public:
  explicit Locks(const Clock& clock) : clock_(clock) {}

  // conflict: another lock is in the way. limit: the person or the server has too many.
  Result<Lock> add(Lock lock);
  // not_found: there is no such lock that holds for `path`, or it is another person's.
  Result<Lock> refresh(std::string_view token,
                       std::string_view path,
                       const directory::PrincipalId& holder,
                       std::chrono::seconds timeout);
  Result<void> remove(std::string_view token,
                      std::string_view path,
                      const directory::PrincipalId& holder);
  // Those that hold for a path; with `below` those that hold for something below it, too.
  std::vector<Lock> holding(std::string_view path, bool below = false) const;
  void forget(std::string_view path);  // and below: it was deleted or moved

 private:
  using Table = std::map<std::string, Lock, std::less<>>;  // by token
  void drop_old(Table& table) const;
  const Clock& clock_;
  mutable Guarded<Table> table_;
};

}  // namespace kontor::dav
