// SPDX-License-Identifier: GPL-3.0-or-later
// Putting another folder in the place of an account's: restoring it whole.
#include <thread>

#include "store/mailbox/disk_store.hpp"

namespace kontor::store {
namespace {

// DATA/replaced/<account id>.<seconds>: what stood there before, for the administrator to remove.
Result<void> put_in_place(io::FileSystem& files,
                          const std::string& prepared,
                          const std::string& folder,
                          const std::string& aside) {
  if (files.stat(folder)) {
    KONTOR_TRY(io::make_directories(files, io::parent_of(aside)));
    KONTOR_TRY(files.rename(folder, aside));
    KONTOR_TRY(files.sync_directory(io::parent_of(aside)));
  }
  KONTOR_TRY(io::make_directories(files, io::parent_of(folder)));
  KONTOR_TRY(files.rename(prepared, folder));
  KONTOR_TRY(files.sync_directory(io::parent_of(folder)));
  return files.sync_directory(io::parent_of(prepared));
}

}  // namespace

Result<DiskStore::SlotPtr> DiskStore::take_for_replacing(const AccountId& id,
                                                         const Binding& owner) {
  return slots_.with([&](SlotTable& table) -> Result<SlotPtr> {
    if (table.closing) return fail(Errc::cancelled, "the store is closing");
    const auto owned = table.owners.find(owner);
    if (owned != table.owners.end() && owned->second != id)
      return fail(Errc::conflict, "its owner has another mailbox, " + owned->second.text());
    auto& slot = table.slots[id];
    if (slot == nullptr) {
      slot = std::make_shared<Slot>();
      slot->id = id;
      slot->folder = folder_of(id);
    }
    if (slot->state == SlotState::busy || slot->compacting ||
        (slot->state == SlotState::loaded && slot->account.use_count() > 1))
      return fail(Errc::busy, "the mailbox is in use");
    slot->state = SlotState::busy;
    return slot;
  });
}

Task<Result<void>> DiskStore::replace(AccountId id, Binding owner, std::string prepared) {
  constexpr int k_tries = 50;
  auto taken = take_for_replacing(id, owner);
  // Who follows the accounts may be reading in it for a moment.
  for (int tries = 0; !taken && taken.error().code() == Errc::busy && tries < k_tries; ++tries) {
    auto pause = [] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return true;
    };
    co_await io::on_pool(disk_, std::move(pause));
    taken = take_for_replacing(id, owner);
  }
  KONTOR_CO_TRY(auto slot, std::move(taken));
  co_await drain(slot);
  auto account = std::exchange(slot->account, nullptr);
  if (account != nullptr) static_cast<void>((co_await account->settle()).has_value());
  const auto aside = io::parent_of(folder_) + "/replaced/" + id.text() + '.' +
                     std::to_string(environment_.clock.now().time_since_epoch().count());
  auto work = [this, slot, prepared, aside, held = std::move(account),
               light = std::exchange(slot->light, nullptr)]() mutable {
    if (held != nullptr) held->put_away();
    held.reset();  // its log is closed here, before its folder goes
    light.reset();
    leaving_.notify(slot->id);
    return put_in_place(environment_.files, prepared, slot->folder, aside);
  };
  auto placed = co_await io::on_pool(disk_, std::move(work));
  slots_.with([&](SlotTable& table) {
    if (!placed) return;
    const auto before = table.owners.find(slot->owner);
    if (before != table.owners.end() && before->second == id) table.owners.erase(before);
    slot->owner = owner;
    table.owners[owner] = id;
  });
  if (placed) look_again(id);
  settle(slot, SlotState::unloaded, [](Slot& s) { s.problem.clear(); });
  auto save = [this] {
    save_index();
    return true;
  };
  co_await io::on_pool(disk_, std::move(save));
  co_return placed;
}

}  // namespace kontor::store
