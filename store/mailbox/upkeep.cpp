// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/upkeep.hpp"

#include "base/log/events/store.hpp"

namespace kontor::store {
namespace {

using log::Keys;

// When the oldest of what can be brought back is old enough; at most a day from now, so that what
// comes in meanwhile is looked at in time.
UtcSeconds next_due(const AccountState& state, const MailboxPolicy& policy, UtcSeconds now) {
  auto oldest = (now + std::chrono::days(1)).time_since_epoch().count();
  const std::int64_t keep = std::int64_t{policy.undelete_days} * 86'400;
  for (const auto& folder : state.folders) {
    if (folder->removed) oldest = std::min(oldest, folder->removed_date + keep);
    if (is_recoverable(folder->info.id) && folder->entries.size() > 0)
      oldest = std::min(oldest, folder->entries.at(0).save_date + keep);
  }
  return UtcSeconds(std::chrono::seconds(oldest));
}

}  // namespace

Task<Result<void>> Upkeep::run(LogAccount& account,
                               const MailboxPolicy& policy,
                               UpkeepReport& report) {
  const auto keep = std::chrono::days(policy.undelete_days);
  KONTOR_CO_TRY(report.purged, co_await account.purge(report.when - keep));
  co_return Result<void>();
}

Task<UpkeepReport> Upkeep::look_after(std::shared_ptr<LogAccount> account, MailboxPolicy policy) {
  UpkeepReport report;
  report.when = clock_.now();
  const auto done = co_await run(*account, policy, report);
  const auto& purged = report.purged;
  if (purged.messages + purged.folders > 0)
    log_.emit(log::events::k_account_purged, {{Keys::account, account->id().text()},
                                              {Keys::count, purged.messages},
                                              {Keys::bytes, purged.bytes}});
  if (!done) {
    report.problem = done.error();
    log_.emit(log::events::k_upkeep_failed, done.error(), {{Keys::account, account->id().text()}});
  }
  report.due = next_due(*account->published().state, policy, report.when);
  co_return report;
}

}  // namespace kontor::store
