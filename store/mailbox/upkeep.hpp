// SPDX-License-Identifier: GPL-3.0-or-later
// Upkeep: what is done for each mailbox every store.upkeep_interval without anybody asking.
//
// In this order: retention expunges what is old enough, purging ends what could be brought back for
// long enough; then the store compacts what is dead (DiskStore::look_after). One account at a time;
// its sessions go on meanwhile, since each step is an ordinary change of the account.
#pragma once
#include <memory>

#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "store/mailbox/log_account.hpp"
#include "store/mailbox/policy.hpp"
#include "store/mailbox/upkeep_report.hpp"

namespace kontor::store {

// What is asked about the owner of the account whose turn it is.
struct UpkeepOrder {
  MailboxPolicy policy;
  Standing standing = Standing::unknown;
  std::uint32_t deleted_account_days = 0;
};

class Upkeep {
 public:
  // `clock` outlives it.
  Upkeep(const Clock& clock, log::Context log) : clock_(clock), log_(std::move(log)) {}

  // All steps for one account; a step that fails ends them until the next time. The caller removes
  // the account when the report says `removed`.
  Task<UpkeepReport> look_after(std::shared_ptr<LogAccount> account, UpkeepOrder order);

 private:
  Task<Result<void>> run(LogAccount& account, const UpkeepOrder& order, UpkeepReport& report);
  // An owner who is gone is noted, and one who is back.
  Task<Result<void>> look_for_owner(LogAccount& account,
                                    const UpkeepOrder& order,
                                    UpkeepReport& report);
  void tell(const LogAccount& account, const UpkeepReport& report) const;

  const Clock& clock_;
  log::Context log_;
};

}  // namespace kontor::store
