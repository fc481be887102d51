// SPDX-License-Identifier: GPL-3.0-or-later
// The loader: from an account's folder to its state and open log, and the making of a new one.
//
// Loading is the snapshot and the frames behind it; a snapshot that does not fit is passed over
// with an event. Everything here blocks: on the disk pool. Failure: not_found, corrupt (also:
// written by a later version), io_error, no_space.
#pragma once
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "base/log/log.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

struct Loaded {
  std::unique_ptr<AccountLog> log;
  AccountState state;
  LogMark snapshot;      // what the snapshot on disk covers; default: there is none
  bool damaged = false;  // frames are missing
};

// A log for deliveries alone, and what its account holds.
struct LoadedLight {
  std::unique_ptr<AccountLog> log;
  Usage usage;
  OwnLimits own_limits;
  bool quota_warned = false;
  std::shared_ptr<const AnnotationMap> notes;  // of the account itself; nothing: none
};

class Loader {
 public:
  Loader(io::FileSystem& files, SyncPool& pool, const config::Store& settings, log::Context log);

  // `owner` is whose the index says it is, for a log that has lost its first frames.
  Result<Loaded> load(const AccountId& id, const std::string& folder, const Binding& owner) const;
  // Durable, its folder's name included, when it returns.
  Result<Loaded> create(const AccountId& id,
                        const std::string& folder,
                        const Binding& owner,
                        UtcSeconds now) const;
  // For appending without keeping a state. The state is made once, to know what the account holds,
  // and written as a snapshot when that spares much of the next opening.
  Result<LoadedLight> open_light(const AccountId& id,
                                 const std::string& folder,
                                 const Binding& owner) const;
  // Whose account it is, by the last frame that says so, changing nothing.
  Result<Binding> read_binding(const AccountId& id, const std::string& folder) const;

 private:
  Result<Loaded> replay(Loaded start, const AccountId& id, const std::string& folder) const;
  // Gives an account that damage has cost its first frames an identity and an INBOX again.
  Result<void> mend(Loaded& loaded, const AccountId& id, const Binding& owner) const;
  // Appends, waits until it is durable, applies.
  static Result<void> append(Loaded& loaded, std::vector<NewFrame> frames);
  Result<Loaded> make(const AccountId& id,
                      const std::string& folder,
                      const Binding& owner,
                      UtcSeconds now) const;
  AccountLog::Options options() const;

  io::FileSystem& files_;
  SyncPool& pool_;
  const config::Store& settings_;
  log::Context log_;
};

}  // namespace kontor::store
