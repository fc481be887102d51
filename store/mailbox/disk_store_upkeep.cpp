// SPDX-License-Identifier: GPL-3.0-or-later
// The rounds of upkeep: in each interval every account has its turn, spread evenly. An account that
// is not loaded is loaded for its turn and put away again; it is passed over when nobody has used
// it since the last turn and nothing in it has come of age.
#include "base/log/events/store.hpp"
#include "store/mailbox/disk_store.hpp"
#include "store/mailbox/plan.hpp"

namespace kontor::store {

MailboxPolicy DiskStore::policy_of(const Binding& owner) const {
  if (environment_.policy) return environment_.policy(owner);
  MailboxPolicy policy;
  policy.limits = default_limits();
  policy.warning_percent = settings_.quota_warning_percent;
  policy.undelete_days = settings_.undelete_days;
  return policy;
}

Standing DiskStore::standing_of(const Binding& owner) const {
  return environment_.standing ? environment_.standing(owner) : Standing::unknown;
}

std::optional<std::string> DiskStore::letter_to(const Binding& owner, const Quota& quota) const {
  constexpr std::uint32_t k_depth = 10, k_parts = 10;  // of a letter of our own
  if (!environment_.quota_letter) return std::nullopt;
  NewMessage message;
  message.message = prepare_message(environment_.quota_letter(owner, quota), k_depth, k_parts);
  message.internal_date = environment_.clock.now();
  auto payload = encode_message(message, k_inbox, message.internal_date);
  if (!payload) return std::nullopt;
  environment_.log.emit(log::events::k_quota_told,
                        {{log::Keys::principal, owner.source + ':' + owner.guid.text()},
                         {log::Keys::bytes, quota.usage.bytes},
                         {log::Keys::count, quota.usage.messages}});
  return *std::move(payload);
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
  if (co_await look_at_shares()) co_return std::chrono::seconds(0);
  const auto slot = next_turn(wait);
  if (slot == nullptr) co_return wait;
  const auto standing = standing_of(slots_.with([&](SlotTable&) { return slot->owner; }));
  const bool needed = slots_.with([&](SlotTable&) {
    if (slot->state == SlotState::absent || !slot->problem.empty()) return false;
    return slot->upkeep_loads != slot->loads || standing == Standing::gone ||
           standing != slot->upkeep_standing || environment_.clock.now() >= slot->upkeep.due;
  });
  if (needed) static_cast<void>((co_await look_after(slot)).has_value());
  co_return wait;
}

Task<Result<UpkeepReport>> DiskStore::look_after(AccountId id) {
  auto slot = find_slot(id);
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  co_return co_await look_after(std::move(slot));
}

Task<Result<UpkeepReport>> DiskStore::look_after(SlotPtr slot) {
  const auto before =
      slots_.with([&](SlotTable&) { return std::pair(slot->last_use, slot->state); });
  KONTOR_CO_TRY(auto account, co_await use(slot));
  UpkeepOrder order;
  const auto owner = account->view().binding();
  order.policy = policy_of(owner);
  order.standing = standing_of(owner);
  order.deleted_account_days = settings_.deleted_account_days;
  const auto standing = order.standing;
  auto report = co_await upkeep_.look_after(account, std::move(order));
  const auto version = account->published();
  account.reset();
  const bool was_loaded = before.second == SlotState::loaded;
  slots_.with([&](SlotTable&) {
    slot->upkeep = report;
    slot->upkeep_loads = slot->loads;
    slot->upkeep_standing = standing;
    slot->last_use = before.first;  // nobody used it
  });
  if (!was_loaded && co_await seize(slot)) {
    co_await drain(slot);
    co_await unload(slot);
  }
  if (report.removed) {
    KONTOR_CO_TRY(co_await remove(slot->id));
  } else if (!report.problem) {
    // What the purge made dead is dead in the logs too. Its own events say how it went.
    static_cast<void>((co_await compact(slot, CompactTurn(), version)).has_value());
  }
  co_return report;
}

std::optional<UpkeepReport> DiskStore::last_upkeep(AccountId id) const {
  return slots_.with([&](const SlotTable& table) -> std::optional<UpkeepReport> {
    const auto found = table.slots.find(id);
    if (found == table.slots.end() || found->second->upkeep.when == UtcSeconds()) return {};
    return found->second->upkeep;
  });
}

}  // namespace kontor::store
