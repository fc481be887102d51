// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts as a whole: given to another owner, removed from the disk.
#include <thread>

#include "base/log/events/store.hpp"
#include "store/mailbox/account_index.hpp"
#include "store/mailbox/disk_store.hpp"

namespace kontor::store {

using log::Keys;

namespace {

bool holds_something(const Account& account) {
  const auto view = account.view();
  if (!view.recoverable().empty()) return true;
  return std::ranges::any_of(view.folders(), [](const auto& folder) { return folder.exists > 0; });
}

}  // namespace

// The account that the owner has goes if it is empty: a person who was made again gets one by his
// first sign-in.
Task<Result<void>> DiskStore::make_free(Binding owner) {
  const auto id = find(owner);
  if (!id) co_return Result<void>();
  const auto slot = find_slot(*id);
  if (slot != nullptr && slot->state != SlotState::absent) {
    KONTOR_CO_TRY(auto account, co_await use(slot));
    if (holds_something(*account))
      co_return fail(Errc::exists, "this person has the mailbox " + id->text() +
                                       ", which is not empty: remove it first or move its mail");
    account.reset();
  }
  co_return co_await remove(*id);
}

Task<Result<void>> DiskStore::attach(AccountId id, Binding owner) {
  const auto slot = find_slot(id);
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  if (find(owner) != id) {
    KONTOR_CO_TRY(co_await make_free(owner));
  }
  KONTOR_CO_TRY(auto account, co_await use(slot));
  KONTOR_CO_TRY(co_await account->bind(owner));
  slots_.with([&](SlotTable& table) {
    const auto old = table.owners.find(slot->owner);
    if (old != table.owners.end() && old->second == id) table.owners.erase(old);
    slot->owner = owner;
    slot->problem.clear();
    table.owners[owner] = id;
  });
  auto save = [this] {
    save_index();  // else the next start would believe the old one
    return true;
  };
  co_await io::on_pool(disk_, std::move(save));
  environment_.log.emit(
      log::events::k_account_attached,
      {{Keys::account, id.text()}, {Keys::principal, owner.source + ':' + owner.guid.text()}});
  co_return Result<void>();
}

Task<bool> DiskStore::seize(SlotPtr slot) {
  constexpr int k_tries = 50;
  for (int tries = 0; tries < k_tries;) {
    bool in_use = false;
    const auto before = slots_.with([&](SlotTable&) {
      const auto state = slot->state;
      in_use = state == SlotState::loaded && slot->account.use_count() > 1;
      if (state != SlotState::busy && !in_use && !slot->removed) slot->state = SlotState::busy;
      return state;
    });
    if (slot->removed || (before != SlotState::busy && !in_use)) co_return true;
    if (before == SlotState::busy) {
      co_await wait(slot);
      continue;
    }
    ++tries;
    auto pause = [] {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return true;
    };
    co_await io::on_pool(disk_, std::move(pause));
  }
  co_return false;
}

Task<Result<void>> DiskStore::remove(AccountId id) {
  const auto slot = find_slot(id);
  if (slot == nullptr) co_return fail(Errc::not_found, "no such account");
  if (!co_await seize(slot))
    co_return fail(Errc::busy, "somebody uses the mailbox: end the sessions first");
  if (slot->removed) co_return Result<void>();
  co_await drain(slot);
  auto work = [this, slot, light = std::exchange(slot->light, nullptr),
               account = std::exchange(slot->account, nullptr)]() mutable -> Result<void> {
    light.reset();
    account.reset();
    leaving_.notify(slot->id);
    const auto there = environment_.files.stat(slot->folder);
    if (!there && there.error().code() == Errc::not_found) return {};  // it was never made
    return remove_account_folder(environment_.files, slot->folder);
  };
  const auto done = co_await io::on_pool(disk_, std::move(work));
  if (!done) {
    settle(slot, SlotState::unloaded, [](Slot&) {});
    co_return done;
  }
  slots_.with([&](SlotTable& table) {
    slot->removed = true;
    table.slots.erase(id);
    const auto owner = table.owners.find(slot->owner);
    if (owner != table.owners.end() && owner->second == id) table.owners.erase(owner);
  });
  settle(slot, SlotState::unloaded, [](Slot&) {});
  shares_.forget(id);
  environment_.log.emit(log::events::k_account_removed, {{Keys::account, id.text()}});
  co_return Result<void>();
}

Task<Result<void>> DiskStore::check_room(Binding owner, std::uint64_t bytes) {
  if (!find(owner)) {
    const auto limits = policy_of(owner).limits;
    co_return check_quota(Usage(), Usage{bytes, 1}, limits);
  }
  KONTOR_CO_TRY(auto slot, slot_for(owner));
  KONTOR_CO_TRY(auto light, co_await use_light(slot));
  if (light != nullptr) {
    auto fits = light->check_room(bytes);
    end_delivery(slot);
    co_return fits;
  }
  KONTOR_CO_TRY(const auto account, co_await use(slot));
  const auto quota = account->quota();
  co_return check_quota(quota.usage, Usage{bytes, 1}, quota.limits);
}

}  // namespace kontor::store
