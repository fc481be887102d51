// SPDX-License-Identifier: GPL-3.0-or-later
// AccountStore: all accounts of one data folder. One process owns it (a lock file says so).
//
// Accounts are loaded on first use and dropped again, least recently used first, when nobody holds
// them. Delivering to an account that is not loaded appends without loading it. Damage to one
// account is an error of that account alone.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::io {
class FileSystem;  // base/io/file_system.hpp
}

namespace kontor::store {

struct AccountInfo {
  AccountId id;
  Binding binding;
  std::string folder;  // path on disk
  bool loaded = false;
  std::string problem;  // why it cannot be opened; empty: none
};

class AccountStore {
 public:
  // `folder` is DATA/accounts, made when missing. `files` and the context's sink must outlive the
  // store. busy: another process owns it. Blocking.
  static Result<std::unique_ptr<AccountStore>> open(io::FileSystem& files,
                                                    std::string folder,
                                                    const config::Store& settings,
                                                    log::Context context);
  virtual ~AccountStore() = default;

  // The account bound to this person; made with the standard folders when there is none.
  virtual Task<Result<std::shared_ptr<Account>>> open_for(Binding owner) = 0;
  virtual Task<Result<std::shared_ptr<Account>>> open(AccountId id) = 0;  // not_found
  // Appends one message to the owner's INBOX; durable when it returns. Makes the account when there
  // is none.
  virtual Task<Result<Appending>> deliver(Binding owner, NewMessage message) = 0;
  virtual std::optional<AccountId> find(const Binding& owner) const = 0;
  virtual std::vector<AccountInfo> list() const = 0;
  // Writes snapshots, waits for every commit, closes. No task may be under way afterwards.
  virtual Task<void> close() = 0;
};

}  // namespace kontor::store
