// SPDX-License-Identifier: GPL-3.0-or-later
// Upkeep: what is done for each mailbox every store.upkeep_interval without anybody asking.
//
// In this order: retention expunges what is old enough, purging ends what could be brought back for
// long enough; then the store compacts what is dead (DiskStore::look_after). One account at a time;
// its sessions go on meanwhile, since each step is an ordinary change of the account.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/log_account.hpp"
#include "store/mailbox/policy.hpp"

namespace kontor::store {

// What was done for an account.
struct UpkeepReport {
  UtcSeconds when{};
  Purged purged;
  std::optional<Error> problem;  // the first; what came behind it was not tried
  UtcSeconds due{};  // unless somebody changes the account there is nothing to do before
};

class Upkeep {
 public:
  // `clock` outlives it.
  Upkeep(const Clock& clock, log::Context log) : clock_(clock), log_(std::move(log)) {}

  // All steps for one account; a step that fails ends them until the next time.
  Task<UpkeepReport> look_after(std::shared_ptr<LogAccount> account, MailboxPolicy policy);

 private:
  Task<Result<void>> run(LogAccount& account, const MailboxPolicy& policy, UpkeepReport& report);

  const Clock& clock_;
  log::Context log_;
};

}  // namespace kontor::store
