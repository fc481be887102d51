// SPDX-License-Identifier: GPL-3.0-or-later
// Compaction of one account while it is used: the copying needs nothing but a durable state and the
// sealed logs, which do not change; only the look at the state and the swap touch the account. The
// swap comes behind the publication of the new log: whoever loads the account from then on finds it
// by itself, whoever was loading before is waited for.
#include "store/mailbox/disk_store.hpp"
#include "store/mailbox/relocate.hpp"

namespace kontor::store {

void DiskStore::stop_upkeep() { compactor_.stop(); }

Task<Result<CompactReport>> DiskStore::compact(AccountId id, CompactTurn turn) {
  auto slot = slots_.with([&](SlotTable& table) -> SlotPtr {
    const auto found = table.slots.find(id);
    return found == table.slots.end() ? nullptr : found->second;
  });
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  co_return co_await compact(std::move(slot), std::move(turn), std::nullopt);
}

// `version`: a durable state that somebody has at hand.
Task<Result<CompactReport>> DiskStore::compact(SlotPtr slot,
                                               CompactTurn turn,
                                               std::optional<Version> version) {
  const bool is_busy =
      slots_.with([&](SlotTable&) { return std::exchange(slot->compacting, true); });
  if (is_busy) co_return fail(Errc::busy, "the mailbox is being compacted");
  Result<CompactReport> report = CompactReport();
  auto durable = version ? Result<Version>(*std::move(version)) : co_await durable_version(slot);
  if (durable)
    report = co_await compact_slot(slot, std::move(turn), *std::move(durable));
  else
    report = fail(durable.error());
  slots_.with([&](SlotTable&) { slot->compacting = false; });
  co_return report;
}

Task<Result<CompactReport>> DiskStore::compact_slot(SlotPtr slot,
                                                    CompactTurn turn,
                                                    Version version) {
  CompactReport report;
  auto look = [this, slot, version, wish = turn.wish] {
    return compactor_.choose(slot->folder, version, wish);
  };
  KONTOR_CO_TRY(const auto logs, co_await io::on_pool(tidy_, std::move(look)));
  for (const auto log : logs) {
    if (turn.leave.contains(log)) continue;
    if (report.logs + report.passed_over.size() >= turn.most) {
      ++report.left;
      continue;
    }
    KONTOR_CO_TRY(co_await rewrite(slot, version, log, report));
  }
  if (report.logs > 0) {
    const auto account = co_await settled(slot);
    if (account != nullptr) account->keep_places();
  }
  KONTOR_CO_TRY(report.removed, co_await remove_replaced(slot));
  co_return report;
}

// A log that cannot be written anew costs itself alone; only the end of the store ends the rest.
Task<Result<void>> DiskStore::rewrite(SlotPtr slot,
                                      Version version,
                                      std::uint32_t log,
                                      CompactReport& report) {
  auto work = [this, slot, version, log] { return compactor_.rewrite(slot->folder, version, log); };
  auto made = co_await io::on_pool(tidy_, std::move(work));
  if (!made && made.error().code() == Errc::cancelled) co_return fail(made.error());
  if (!made) {
    report.passed_over.insert(log);
    co_return Result<void>();
  }
  ++report.logs;
  report.before += made->before;
  report.after += made->after;
  const auto account = co_await settled(slot);
  if (account == nullptr) co_return Result<void>();
  // An account whose log has failed goes on with the old one until it is opened anew.
  static_cast<void>(
      (co_await account->relocate(made->log, std::move(made->footer.messages))).has_value());
  co_return Result<void>();
}

Task<Result<Removed>> DiskStore::remove_replaced(SlotPtr slot) {
  const auto account = co_await settled(slot);
  std::set<std::uint32_t> in_use;
  if (account != nullptr) in_use = logs_in_use(*account->published().state);
  auto work = [this, slot, in_use = std::move(in_use)] {
    return compactor_.remove_replaced(slot->folder, slot->id, in_use);
  };
  co_return co_await io::on_pool(tidy_, std::move(work));
}

Task<DiskStore::AccountPtr> DiskStore::settled(SlotPtr slot) {
  for (;;) {
    AccountPtr account;
    const bool is_busy = slots_.with([&](SlotTable&) {
      account = slot->account;
      return slot->state == SlotState::busy;
    });
    if (!is_busy) co_return account;
    account.reset();
    co_await wait(slot);
  }
}

Task<Result<Version>> DiskStore::durable_version(SlotPtr slot) {
  for (;;) {
    AccountPtr account;
    bool closing = false;
    const auto before = slots_.with([&](SlotTable& table) {
      closing = table.closing;
      const auto state = slot->state;
      if (state == SlotState::loaded) account = slot->account;
      if (!closing && (state == SlotState::unloaded || state == SlotState::light))
        slot->state = SlotState::busy;
      return state;
    });
    if (closing) co_return fail(Errc::cancelled, "the store is closing");
    if (account != nullptr) co_return account->published();
    if (before == SlotState::absent) co_return fail(Errc::not_found, "no such account");
    if (before != SlotState::busy) co_return co_await peek(slot, before);
    co_await wait(slot);
  }
}

// The state of an account that nobody has loaded, for compaction alone; deliveries wait as for any
// opening. What the opening keeps is durable.
Task<Result<Version>> DiskStore::peek(SlotPtr slot, SlotState before) {
  co_await drain(slot);
  auto work = [this, slot, light = std::exchange(slot->light, nullptr)]() mutable {
    light.reset();
    return loader_.load(slot->id, slot->folder, slot->owner);
  };
  auto loaded = co_await io::on_pool(tidy_, std::move(work));
  if (!loaded) {
    refuse(slot, SlotState::unloaded, loaded.error());
    co_return fail(loaded.error());
  }
  Version version;
  version.mark = loaded->log->durable();
  std::shared_ptr<LightLog> light;
  if (before == SlotState::light) {
    const auto& state = loaded->state;
    auto rules = rules_for(state.own_limits, state.quota_warned, slot->owner);
    rules.notes = notes_of(state);
    light = std::make_shared<LightLog>(environment_.executor, std::move(loaded->log), state.usage,
                                       std::move(rules));
  }
  loaded->log.reset();  // nothing was appended: it has nothing to wait for
  version.state = std::make_shared<const AccountState>(std::move(loaded->state));
  settle(slot, light != nullptr ? SlotState::light : SlotState::unloaded,
         [&](Slot& s) { s.light = std::move(light); });
  co_return version;
}

}  // namespace kontor::store
