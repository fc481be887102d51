// SPDX-License-Identifier: GPL-3.0-or-later
// Putting accounts away: the least recently used when too many are open, all of them at the end.
#include <atomic>

#include "base/core/run_all.hpp"
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

Task<void> DiskStore::put_away(SlotPtr slot) {
  for (;;) {
    const auto before = slots_.with([&](SlotTable&) {
      const auto state = slot->state;
      if (state == SlotState::loaded || state == SlotState::light) slot->state = SlotState::busy;
      return state;
    });
    if (before == SlotState::loaded || before == SlotState::light) co_await unload(slot);
    if (before != SlotState::busy) co_return;
    co_await wait(slot);
  }
}

Task<void> DiskStore::close() {
  stop_upkeep();
  // Several at a time: each writes a snapshot and waits for its sync.
  struct Rest {
    std::vector<SlotPtr> slots;
    std::atomic<std::size_t> next = 0;
  } rest;
  slots_.with([&](SlotTable& table) {
    table.closing = true;
    for (const auto& [id, slot] : table.slots) rest.slots.push_back(slot);
  });
  const auto work = [](DiskStore& store, Rest& todo) -> Task<void> {
    for (auto i = todo.next.fetch_add(1); i < todo.slots.size(); i = todo.next.fetch_add(1))
      co_await store.put_away(todo.slots[i]);
  };
  std::vector<Task<void>> tasks;
  for (std::uint32_t i = 0; i < k_disk_threads; ++i) tasks.push_back(work(*this, rest));
  co_await run_all(std::move(tasks));
  auto save = [this] {
    save_index();
    (void)save_shares(unseen_.with([](const auto& unseen) { return unseen.empty(); }));
    return true;
  };
  co_await io::on_pool(disk_, std::move(save));
}

}  // namespace kontor::store
