// SPDX-License-Identifier: GPL-3.0-or-later
// The rounds of upkeep: in each interval every account has its turn, spread evenly. An account that
// is not loaded is loaded for its turn and put away again; it is passed over when nobody has used
// it since the last turn and nothing in it has come of age.
#include "store/mailbox/disk_store.hpp"

namespace kontor::store {

MailboxPolicy DiskStore::policy_of(const Binding&) const {
  MailboxPolicy policy;
  policy.limits = default_limits();
  policy.undelete_days = settings_.undelete_days;
  return policy;
}

// The account whose turn it is; nothing: it is nobody's yet, and `wait` says for how long.
DiskStore::SlotPtr DiskStore::next_turn(std::chrono::seconds& wait) {
  const auto now = environment_.clock.now();
  const auto interval = settings_.upkeep_interval;
  return slots_.with([&](SlotTable& table) -> SlotPtr {
    auto& round = table.round;
    if (table.closing) return nullptr;
    if (round.next == round.accounts.size()) {
      if (round.start && now < *round.start + interval) {
        wait = *round.start + interval - now;
        return nullptr;
      }
      round = {now, {}, 0};
      for (const auto& [id, slot] : table.slots) round.accounts.push_back(id);
      std::ranges::sort(round.accounts);
      if (round.accounts.empty()) return nullptr;
    }
    const auto count = static_cast<std::int64_t>(round.accounts.size());
    const auto turn = *round.start + interval * static_cast<std::int64_t>(round.next) / count;
    if (now < turn) {
      wait = turn - now;
      return nullptr;
    }
    const auto found = table.slots.find(round.accounts[round.next++]);
    wait = std::chrono::seconds(0);
    return found == table.slots.end() ? nullptr : found->second;
  });
}

Task<std::chrono::seconds> DiskStore::upkeep() {
  auto wait = settings_.upkeep_interval;
  const auto slot = next_turn(wait);
  if (slot == nullptr) co_return wait;
  const bool needed = slots_.with([&](SlotTable&) {
    if (slot->state == SlotState::absent || !slot->problem.empty()) return false;
    return slot->upkeep_loads != slot->loads || environment_.clock.now() >= slot->upkeep.due;
  });
  if (needed) static_cast<void>((co_await look_after(slot)).has_value());
  co_return wait;
}

Task<Result<UpkeepReport>> DiskStore::look_after(AccountId id) {
  const auto slot = slots_.with([&](SlotTable& table) -> SlotPtr {
    const auto found = table.slots.find(id);
    return found == table.slots.end() ? nullptr : found->second;
  });
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  co_return co_await look_after(slot);
}

Task<Result<UpkeepReport>> DiskStore::look_after(SlotPtr slot) {
  const auto before =
      slots_.with([&](SlotTable&) { return std::pair(slot->last_use, slot->state); });
  KONTOR_CO_TRY(auto account, co_await use(slot));
  auto report = co_await upkeep_.look_after(account, policy_of(slot->owner));
  const auto version = account->published();
  account.reset();
  const bool idle = slots_.with([&](SlotTable&) {
    slot->upkeep = report;
    slot->upkeep_loads = slot->loads;
    slot->last_use = std::max(before.first, std::uint64_t{1});  // nobody used it
    const bool was_loaded = before.second == SlotState::loaded;
    if (was_loaded || slot->state != SlotState::loaded || slot->account.use_count() > 1)
      return false;
    slot->state = SlotState::busy;
    return true;
  });
  if (idle) co_await unload(slot);
  // What the purge made dead is dead in the logs too. Its own events say how it went.
  if (!report.problem) {
    static_cast<void>((co_await compact(slot, CompactTurn(), version)).has_value());
  }
  co_return report;
}

}  // namespace kontor::store
