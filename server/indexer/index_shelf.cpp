// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/index_shelf.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/log/events/indexer.hpp"

namespace kontor::indexer {

namespace fs = std::filesystem;

struct IndexShelf::Entry {
  store::AccountId account;
  std::string folder;
  std::mutex changing;                          // held by who changes it; taken before `mutex`
  std::mutex mutex;                             // guards what follows, and questions
  std::shared_ptr<search::AccountIndex> index;  // empty: its files are closed
  bool gone = false;
  std::atomic<int> waiting = 0;
  std::atomic<bool> is_open = false;
  std::uint64_t last_use = 0;  // under the lock of the table
  Guarded<std::optional<search::IndexState>> known;
};

namespace {

Result<void> system_result(const std::error_code& failed, std::string what) {
  if (!failed) return {};
  return fail(errno_error(what, failed.value()));
}

Result<void> remove_folder(const std::string& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  return system_result(failed, "removing " + folder);
}

}  // namespace

IndexShelf::IndexShelf(Open open, std::string name, std::size_t most, log::Context log)
    : open_(std::move(open)), name_(std::move(name)), most_(most), log_(std::move(log)) {}

IndexShelf::~IndexShelf() { close_all(); }

std::string IndexShelf::path(const Entry& entry) const { return entry.folder + '/' + name_; }

IndexShelf::Lease IndexShelf::lease(const store::AccountId& account, const std::string& folder) {
  return table_.with([&](Table& table) {
    auto& entry = table.entries[account];
    if (entry == nullptr) {
      entry = std::make_shared<Entry>();
      entry->account = account;
      entry->folder = folder;
    }
    entry->last_use = ++table.clock;
    return entry;
  });
}

IndexShelf::Lease IndexShelf::find(const store::AccountId& account) const {
  return table_.with([&](const Table& table) -> Lease {
    const auto found = table.entries.find(account);
    return found == table.entries.end() ? nullptr : found->second;
  });
}

std::optional<search::IndexState> IndexShelf::known(const store::AccountId& account) const {
  const auto entry = find(account);
  if (entry == nullptr) return std::nullopt;
  return entry->known.with([](const auto& state) { return state; });
}

bool IndexShelf::wanted(const Lease& lease) { return lease->waiting > 0; }

Result<std::unique_ptr<IndexShelf::Held>> IndexShelf::hold(const Lease& lease) {
  auto held = std::make_unique<Held>();
  held->lock = std::unique_lock(lease->mutex);
  if (lease->gone) return fail(Errc::cancelled, "the mailbox is going away");
  if (lease->index == nullptr) {
    std::error_code failed;
    if (!fs::is_directory(lease->folder, failed))
      return fail(Errc::not_found, "the mailbox has no folder on the disk");
    KONTOR_TRY(lease->index, open_(path(*lease)));
    lease->is_open = true;
    const auto state = lease->index->state();
    if (state.made_anew && !state.problem.empty())
      log_.emit(log::events::k_index_begun_anew,
                {{log::Keys::account, lease->account.text()}, {log::Keys::detail, state.problem}});
  }
  held->index = lease->index;
  return held;
}

IndexShelf::HeldResult IndexShelf::hold_to_change(const Lease& lease) {
  std::unique_lock changing(lease->changing);
  KONTOR_TRY(auto held, hold(lease));
  held->lock = std::move(changing);  // lets those in who search
  return held;
}

void IndexShelf::release(const Lease& lease, Held& held, const Error* failure) {
  note(lease, *held.index, failure);
  held.lock.unlock();
  make_room();
}

void IndexShelf::release_changed(const Lease& lease, Held& held, const Error* failure) {
  {
    const std::lock_guard lock(lease->mutex);
    // Else a search has found it damaged, and another one stands in its place, or none.
    if (lease->index == held.index) note(lease, *held.index, failure);
  }
  held.lock.unlock();
  make_room();
}

// After a use; under the lock of the entry.
void IndexShelf::note(const Lease& lease, const search::AccountIndex& index, const Error* failure) {
  if (failure == nullptr || failure->code() != Errc::corrupt)
    return lease->known.with([&](auto& known) { known = index.state(); });
  log_.emit(log::events::k_index_damaged, *failure, {{log::Keys::account, lease->account.text()}});
  lease->index->abandon();
  lease->index.reset();
  lease->is_open = false;
  static_cast<void>(remove_folder(path(*lease)).has_value());
  lease->known.with([](auto& known) { known.reset(); });
}

// Closes what was used longest ago.
void IndexShelf::make_room() {
  std::vector<Lease> victims;
  table_.with([&](Table& table) {
    std::vector<Lease> open;
    for (const auto& [id, entry] : table.entries)
      if (entry->is_open) open.push_back(entry);
    if (open.size() <= most_) return;
    std::ranges::sort(open, {}, [](const Lease& entry) { return entry->last_use; });
    open.resize(open.size() - most_);
    victims = std::move(open);
  });
  for (const auto& entry : victims) {
    const std::unique_lock changing(entry->changing, std::try_to_lock);
    const std::unique_lock lock(entry->mutex, std::try_to_lock);
    if (!changing.owns_lock() || !lock.owns_lock()) continue;  // in use after all
    entry->index.reset();
    entry->is_open = false;
  }
}

Result<void> IndexShelf::replace(const Lease& lease, const std::string& fresh) {
  const std::lock_guard changing(lease->changing);
  const std::lock_guard lock(lease->mutex);
  if (lease->gone) return fail(Errc::cancelled, "the mailbox is going away");
  lease->index.reset();
  lease->is_open = false;
  lease->known.with([](auto& known) { known.reset(); });
  KONTOR_TRY(remove_folder(path(*lease)));
  std::error_code failed;
  fs::rename(lease->folder + '/' + fresh, path(*lease), failed);
  return system_result(failed, "renaming to " + path(*lease));
}

Result<void> IndexShelf::drop(const Lease& lease) {
  const std::lock_guard changing(lease->changing);
  const std::lock_guard lock(lease->mutex);
  if (lease->gone) return fail(Errc::cancelled, "the mailbox is going away");
  lease->index.reset();
  lease->is_open = false;
  lease->known.with([](auto& known) { known.reset(); });
  return remove_folder(path(*lease));
}

void IndexShelf::leave(const store::AccountId& account) {
  const auto entry = table_.with([&](Table& table) -> Lease {
    const auto found = table.entries.find(account);
    if (found == table.entries.end()) return nullptr;
    auto lease = found->second;
    table.entries.erase(found);
    return lease;
  });
  if (entry == nullptr) return;
  ++entry->waiting;
  const std::lock_guard changing(entry->changing);
  --entry->waiting;
  const std::lock_guard lock(entry->mutex);
  entry->gone = true;
  entry->index.reset();
  entry->is_open = false;
}

void IndexShelf::close_all() {
  const auto all = table_.with([](const Table& table) { return table.entries; });
  for (const auto& [id, entry] : all) {
    const std::lock_guard changing(entry->changing);
    const std::lock_guard lock(entry->mutex);
    entry->index.reset();
    entry->is_open = false;
  }
}

}  // namespace kontor::indexer
