// SPDX-License-Identifier: GPL-3.0-or-later
// Putting accounts away: the least recently used when too many are open, all of them at the end.
#include "store/mailbox/disk_store.hpp"

namespace kontor::store {
std::vector<DiskStore::SlotPtr> DiskStore::pick_victims() {
  return slots_.with([&](SlotTable& table) {
    std::vector<SlotPtr> idle;
    if (table.open <= settings_.max_loaded_accounts) return idle;
    for (const auto& [id, slot] : table.slots) {
      // Only the table holds it: nobody can get it while the lock is held.
      if ((slot->state == SlotState::loaded && slot->account.use_count() == 1) ||
          (slot->state == SlotState::light && slot->deliveries == 0))
        idle.push_back(slot);
    }
    // A few more than must be, so that the table is not looked through for every opening.
    const auto wanted = table.open - settings_.max_loaded_accounts + table.open / 16;
    std::ranges::sort(idle, {}, &Slot::last_use);
    if (idle.size() > wanted) idle.resize(wanted);
    for (const auto& slot : idle) slot->state = SlotState::busy;
    return idle;
  });
}

Task<void> DiskStore::make_room() {
  for (auto& slot : pick_victims()) co_await unload(slot);
}

Task<void> DiskStore::unload(SlotPtr slot) {
  auto account = std::exchange(slot->account, nullptr);
  auto light = std::exchange(slot->light, nullptr);
  if (account != nullptr) static_cast<void>((co_await account->settle()).has_value());
  auto work = [account = std::move(account), light = std::move(light)]() mutable {
    if (account != nullptr) account->put_away();
    account.reset();
    light.reset();
    return true;
  };
  co_await io::on_pool(disk_, std::move(work));
  settle(slot, SlotState::unloaded, [](Slot&) {});
}

Task<void> DiskStore::close() {
  auto slots = slots_.with([](SlotTable& table) {
    table.closing = true;
    std::vector<SlotPtr> all;
    for (const auto& [id, slot] : table.slots) all.push_back(slot);
    return all;
  });
  for (auto& slot : slots) {
    for (;;) {
      const auto before = slots_.with([&](SlotTable&) {
        const auto state = slot->state;
        if (state == SlotState::loaded || state == SlotState::light) slot->state = SlotState::busy;
        return state;
      });
      if (before == SlotState::loaded || before == SlotState::light) co_await unload(slot);
      if (before != SlotState::busy) break;
      co_await wait(slot);
    }
  }
  auto save = [this] {
    save_index();
    return true;
  };
  co_await io::on_pool(disk_, std::move(save));
}

}  // namespace kontor::store
