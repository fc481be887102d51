// SPDX-License-Identifier: GPL-3.0-or-later
// What accounts share with others, kept beside them. An account tells it when it is loaded and at
// every commit that changes a list, a folder or its owner. After a stop that wrote no complete file
// the accounts are looked at again, one after the other, by upkeep().
#include "store/mailbox/disk_store.hpp"

namespace kontor::store {
namespace {

constexpr std::uint64_t k_max_file = 1ULL << 30U;

SharedAccount shared_of(const AccountState& state) {
  SharedAccount out;
  out.id = state.id;
  out.owner = state.owner;
  for (const auto& folder : state.folders) {
    if (!folder->shown()) continue;
    const auto& info = folder->info;
    SharedFolder shared{info.id, info.name, info.special_use, {}, info.folder_class};
    if (!folder->access.empty()) shared.access = *folder->access;
    if (!folder->annotations.empty() && info.folder_class == FolderClass::mail)
      shared.addresses = folder_addresses(*folder->annotations);
    if (shared.access.empty() && shared.addresses.empty()) continue;
    out.folders.push_back(std::move(shared));
  }
  std::ranges::sort(out.folders, [](const SharedFolder& a, const SharedFolder& b) {
    return std::pair(a.id != k_inbox, std::string_view(a.name)) <
           std::pair(b.id != k_inbox, std::string_view(b.name));
  });
  return out;
}

std::string shares_file(const std::string& folder) { return folder + "/shares"; }

}  // namespace

void DiskStore::read_shares(const std::vector<AccountId>& found, const std::set<AccountId>& fresh) {
  const auto bytes = io::read_file(environment_.files, shares_file(folder_), k_max_file);
  auto file = bytes ? decode_shares(*bytes) : Result<SharesFile>(fail(Errc::not_found));
  const bool complete = file && file->complete;
  const std::set<AccountId> there(found.begin(), found.end());
  if (file)
    for (const auto& account : file->accounts)
      if (there.contains(account->id)) shares_.set(*account);
  unseen_.with([&](auto& unseen) { unseen = complete ? fresh : there; });
  shares_.expect(file ? fresh : there);
  // From now on it is complete no more, until the store closes.
  if (complete) (void)save_shares(false);
}

// A cache: when it cannot be written, the accounts are looked at again.
Result<void> DiskStore::save_shares(bool complete) {
  const std::lock_guard lock(shares_file_);
  const auto version = shares_.version();
  const auto bytes = encode_shares({complete, shares_.all()});
  KONTOR_TRY(io::write_file_durably(environment_.files, shares_file(folder_), bytes));
  saved_shares_ = version;
  return {};
}

void DiskStore::note_shares(const AccountId& id, const AccountState& state) {
  auto shared = shared_of(state);
  shared.id = id;
  shares_.set(std::move(shared));
  unseen_.with([&](auto& unseen) { unseen.erase(id); });
}

// The account itself calls it, so it is there.
std::function<void()> DiskStore::on_commit(const AccountId& id, const LogAccount& account) {
  return [this, id, &account, seen = account.published().state->sharing_modseq]() mutable {
    const auto state = account.published().state;
    if (std::exchange(seen, state->sharing_modseq) != state->sharing_modseq)
      note_shares(id, *state);
    watchers_.notify(id, AccountNews::changed);
  };
}

void DiskStore::look_again(const AccountId& id) {
  unseen_.with([&](auto& unseen) { unseen.insert(id); });
}

Task<Result<void>> DiskStore::keep_shares() {
  auto save = [this] { return save_shares(false); };
  co_return co_await io::on_pool(disk_, std::move(save));
}

Task<bool> DiskStore::look_at_shares() {
  const auto next = unseen_.with([](auto& unseen) -> std::optional<AccountId> {
    if (unseen.empty()) return std::nullopt;
    auto id = *unseen.begin();
    unseen.erase(unseen.begin());
    return id;
  });
  if (!next) {
    if (saved_shares_ != shares_.version()) {
      auto save = [this] {
        (void)save_shares(false);
        return true;
      };
      co_await io::on_pool(disk_, std::move(save));
    }
    co_return false;
  }
  const auto slot = find_slot(*next);
  if (slot == nullptr) {
    shares_.note_seen(*next);
    co_return true;
  }
  const auto before =
      slots_.with([&](SlotTable&) { return std::pair(slot->last_use, slot->state); });
  if (before.second == SlotState::absent) {
    shares_.note_seen(*next);
    co_return true;
  }
  {
    // What cannot be opened shares nothing until it can; its event says so.
    auto account = co_await use(slot);
    shares_.note_seen(*next);
    slots_.with([&](SlotTable&) { slot->last_use = before.first; });
  }
  if (before.second != SlotState::loaded && co_await seize(slot)) {
    co_await drain(slot);
    co_await unload(slot);
  }
  co_return true;
}

}  // namespace kontor::store
