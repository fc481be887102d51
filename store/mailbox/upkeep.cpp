// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/upkeep.hpp"

#include <fmt/format.h>

#include "base/log/events/store.hpp"

namespace kontor::store {
namespace {

using log::Keys;

// When the oldest of what can be brought back is old enough; at most a day from now: retention
// counts in days, and what comes in meanwhile is looked at in time.
UtcSeconds next_due(const AccountState& state, const MailboxPolicy& policy, UtcSeconds now) {
  auto oldest = (now + std::chrono::days(1)).time_since_epoch().count();
  const std::int64_t keep = std::int64_t{policy.undelete_days} * 86'400;
  for (const auto& folder : state.folders) {
    if (folder->removed) oldest = std::min(oldest, folder->removed_date + keep);
    if (is_recoverable(folder->info.id) && folder->entries.size() > 0)
      oldest = std::min(oldest, folder->entries.at(0).save_date + keep);
  }
  if (const auto next = next_retention(state, policy.retention))
    oldest = std::min(oldest, next->time_since_epoch().count());
  return UtcSeconds(std::chrono::seconds(oldest));
}

}  // namespace

Task<Result<void>> Upkeep::look_for_owner(LogAccount& account,
                                          const UpkeepOrder& order,
                                          UpkeepReport& report) {
  const auto since = account.view().gone_since();
  if (order.standing == Standing::here && since) {
    KONTOR_CO_TRY(co_await account.note_gone(std::nullopt));
    log_.emit(log::events::k_owner_back, {{Keys::account, account.id().text()}});
  } else if (order.standing == Standing::gone && !since) {
    KONTOR_CO_TRY(co_await account.note_gone(report.when));
    log_.emit(log::events::k_owner_gone, {{Keys::account, account.id().text()}});
  } else if (order.standing == Standing::gone) {
    const auto keep = std::chrono::days(order.deleted_account_days);
    report.removed = report.when >= *since + keep;
  }
  co_return Result<void>();
}

Task<Result<void>> Upkeep::run(LogAccount& account,
                               const UpkeepOrder& order,
                               UpkeepReport& report) {
  KONTOR_CO_TRY(co_await look_for_owner(account, order, report));
  if (report.removed) co_return Result<void>();
  // Nobody empties the mailbox of a person who is gone: it comes back as he left it.
  if (!account.view().gone_since()) {
    KONTOR_CO_TRY(report.retention, co_await account.retain(order.policy.retention));
    const auto keep = std::chrono::days(order.policy.undelete_days);
    KONTOR_CO_TRY(report.purged, co_await account.purge(report.when - keep));
  }
  co_return Result<void>();
}

void Upkeep::tell(const LogAccount& account, const UpkeepReport& report) const {
  const auto id = account.id().text();
  std::uint64_t messages = 0, bytes = 0;
  std::string rules;
  for (const auto& count : report.retention) {
    messages += count.messages;
    bytes += count.bytes;
    rules += fmt::format("{}{}: {}", rules.empty() ? "" : "; ", count.rule, count.messages);
  }
  if (messages > 0)
    log_.emit(log::events::k_account_retained, {{Keys::account, id},
                                                {Keys::count, messages},
                                                {Keys::bytes, bytes},
                                                {Keys::detail, rules}});
  const auto& purged = report.purged;
  if (purged.messages + purged.folders > 0)
    log_.emit(log::events::k_account_purged,
              {{Keys::account, id}, {Keys::count, purged.messages}, {Keys::bytes, purged.bytes}});
  if (report.problem)
    log_.emit(log::events::k_upkeep_failed, *report.problem, {{Keys::account, id}});
}

Task<UpkeepReport> Upkeep::look_after(std::shared_ptr<LogAccount> account, UpkeepOrder order) {
  UpkeepReport report;
  report.when = clock_.now();
  const auto done = co_await run(*account, order, report);
  if (!done) report.problem = done.error();
  tell(*account, report);
  report.due = next_due(*account->published().state, order.policy, report.when);
  co_return report;
}

}  // namespace kontor::store
