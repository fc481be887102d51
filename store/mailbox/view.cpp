// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/view.hpp"

#include "base/core/text.hpp"
#include "store/mailbox/names.hpp"
#include "store/mailbox/recoverable.hpp"

namespace kontor::store {
namespace {

Entry entry_of(const EntryRow& row) {
  Entry entry;
  entry.uid = row.uid;
  entry.flags = row.flags();
  entry.keywords = row.keywords();
  entry.item = row.item;
  entry.modseq = row.modseq;
  entry.internal_date = UtcSeconds(std::chrono::seconds(row.internal_date));
  entry.save_date = UtcSeconds(std::chrono::seconds(row.save_date));
  return entry;
}

// What the reader whose view it is sees in a folder; nothing: it is the owner's.
std::optional<ReaderSight> sight_of(const AccountState& state, const FolderState& folder) {
  if (!state.reader || !folder.shown()) return std::nullopt;
  return ReaderSight(state, folder, *state.reader);
}

Entry entry_in(const std::optional<ReaderSight>& sight, const EntryRow& row) {
  auto entry = entry_of(row);
  if (!sight) return entry;
  const auto seen = sight->of(row);
  entry.flags = seen.flags;
  entry.keywords = seen.keywords;
  entry.modseq = seen.modseq;
  return entry;
}

FolderInfo info_in(const AccountState& state, const FolderState& folder) {
  auto info = info_of(state, folder);
  const auto sight = sight_of(state, folder);
  if (!sight) return info;
  info.highest_modseq = sight->highest_modseq();
  if ((sight->own().flags & k_seen) == 0) return info;
  const auto* his = sight->his();
  if (!sight->own().inherits)
    info.unseen = info.exists - (his != nullptr ? his->seen() : 0);
  else if (his != nullptr)
    info.unseen += static_cast<std::uint64_t>(his->more_unseen());
  return info;
}

Item item_of(const ItemRow& row) {
  Item item;
  item.id = row.id;
  item.guid = row.guid;
  item.thread = row.thread;
  item.size = row.size;
  item.header_size = row.header_size;
  item.position.file = row.file;
  item.position.offset = row.offset;
  return item;
}

}  // namespace

FolderView::FolderView(std::shared_ptr<const AccountState> state, FolderId id)
    : state_(std::move(state)), folder_(find_readable(*state_, id)) {
  if (!folder_->shown() || state_->reader) named_ = info_in(*state_, *folder_);
}

const FolderInfo& FolderView::info() const noexcept { return named_ ? *named_ : folder_->info; }
std::size_t FolderView::size() const noexcept { return folder_->entries.size(); }
Entry FolderView::at(std::size_t index) const {
  return entry_in(sight_of(*state_, *folder_), folder_->entries.at(index));
}
std::size_t FolderView::lower_bound(Uid uid) const { return folder_->entries.lower_bound(uid); }

std::optional<std::size_t> FolderView::index_of(Uid uid) const {
  const auto index = lower_bound(uid);
  if (index == size() || folder_->entries.at(index).uid != uid) return std::nullopt;
  return index;
}

void FolderView::for_each(std::size_t begin,
                          std::size_t end,
                          const std::function<void(std::size_t, const Entry&)>& visit) const {
  const auto sight = sight_of(*state_, *folder_);
  folder_->entries.for_each(begin, end, [&](std::size_t index, const EntryRow& row) {
    visit(index, entry_in(sight, row));
  });
}

std::vector<Entry> FolderView::changed_since(ModSeq since) const {
  std::vector<Entry> out;
  const auto sight = sight_of(*state_, *folder_);
  const auto add = [&](const EntryRow& row) {
    const auto entry = entry_in(sight, row);
    if (entry.modseq > since) out.push_back(entry);
  };
  if (sight && since < sight->since()) {
    folder_->entries.for_each(0, size(), [&](std::size_t, const EntryRow& row) { add(row); });
    return out;
  }
  folder_->entries.for_each_above(since, add);
  if (!sight || sight->his() == nullptr) return out;
  sight->his()->for_each_above(since, [&](const ReaderRow& his) {
    const auto* row = folder_->entries.find_key(his.uid);
    if (row != nullptr && row->modseq <= since) add(*row);
  });
  std::ranges::sort(out, {}, &Entry::uid);
  return out;
}

std::optional<std::vector<Uid>> FolderView::vanished_since(ModSeq since) const {
  if (since < folder_->oldest_tomb) return std::nullopt;
  std::vector<Uid> out;
  folder_->tombs.for_each_above(since, [&](const TombRow& row) { out.push_back(row.uid()); });
  std::ranges::sort(out);
  return out;
}

const StoredObject* FolderView::find_object(std::string_view name) const {
  return folder_->objects.empty() ? nullptr : folder_->objects->find_name(name);
}

const StoredObject* FolderView::find_object_key(std::string_view key) const {
  return folder_->objects.empty() ? nullptr : folder_->objects->find_key(key);
}

const StoredObject* FolderView::object(Uid uid) const {
  return folder_->objects.empty() ? nullptr : folder_->objects->find(uid);
}

std::vector<FolderInfo> AccountView::folders() const {
  std::vector<FolderInfo> out;
  for (const auto& folder : state_->folders)
    if (folder->shown()) out.push_back(info_in(*state_, *folder));
  std::ranges::sort(out, [](const FolderInfo& a, const FolderInfo& b) {
    return std::pair(a.id != k_inbox, std::string_view(a.name)) <
           std::pair(b.id != k_inbox, std::string_view(b.name));
  });
  return out;
}

std::optional<FolderInfo> AccountView::folder(FolderId id) const {
  const auto* found = find_readable(*state_, id);
  if (found == nullptr) return std::nullopt;
  return info_in(*state_, *found);
}

std::optional<FolderInfo> AccountView::find_folder(std::string_view name) const {
  const auto id = state_->find_name(inbox_in_capitals(name));
  if (!id) return std::nullopt;
  return folder(*id);
}

std::optional<FolderInfo> AccountView::find_special(SpecialUse use) const {
  for (const auto& folder : state_->folders)
    if (folder->shown() && folder->info.special_use == use) return info_in(*state_, *folder);
  return std::nullopt;
}

std::shared_ptr<const FolderView> AccountView::open(FolderId id) const {
  if (find_readable(*state_, id) == nullptr) return nullptr;
  return std::make_shared<const FolderView>(state_, id);
}

std::vector<FolderInfo> AccountView::recoverable() const { return recoverable_folders(*state_); }

std::optional<FolderInfo> AccountView::find_recoverable(std::string_view name) const {
  if (!is_recoverable_name(name)) return std::nullopt;
  for (auto& folder : recoverable())
    if (folder.name == name) return std::move(folder);
  return std::nullopt;
}

std::vector<std::string> AccountView::subscriptions() const {
  if (state_->subscriptions.empty()) return {};
  return {state_->subscriptions->begin(), state_->subscriptions->end()};
}

std::optional<Item> AccountView::item(ItemId id) const {
  const auto* row = state_->items.find_key(id);
  if (row == nullptr) return std::nullopt;
  return item_of(*row);
}

std::vector<Item> AccountView::items_after(ItemId after, std::size_t most) const {
  const auto& items = state_->items;
  const auto begin = items.size() - count_items_after(after);
  const auto end = begin + std::min(most, items.size() - begin);
  std::vector<Item> out;
  out.reserve(end - begin);
  items.for_each(begin, end, [&](std::size_t, const ItemRow& row) { out.push_back(item_of(row)); });
  return out;
}

std::size_t AccountView::count_items_after(ItemId after) const {
  const auto& items = state_->items;
  return after == UINT64_MAX ? 0 : items.size() - items.lower_bound(after + 1);
}

bool AccountView::has_guid(const Uuid& guid) const {
  bool found = false;
  state_->items.for_each(0, state_->items.size(), [&](std::size_t, const ItemRow& row) {
    found = found || row.guid == guid;
  });
  return found;
}

const std::vector<std::string>& AccountView::keywords(KeywordSetId id) const {
  return state_->keyword_table().names(id);
}

std::vector<std::string> AccountView::known_keywords(FolderId id) const {
  const auto* folder = find_readable(*state_, id);
  std::set<std::string> names;
  const auto add = [&](KeywordSetId set) {
    for (const auto& name : keywords(set)) names.insert(name);
  };
  if (folder == nullptr) return {};
  OwnFlags own;
  if (state_->reader) own = own_flags_in(*state_, *folder);
  if (!folder->keyword_use.empty() && (!own.keywords || own.inherits))
    for (const auto& [set, count] : *folder->keyword_use) add(set);
  const auto* his = own.keywords ? flags_of_reader(*folder, *state_->reader) : nullptr;
  std::set<KeywordSetId> sets;
  if (his != nullptr) his->for_each([&](const ReaderRow& row) { sets.insert(row.keywords()); });
  for (const auto set : sets) add(set);
  return {names.begin(), names.end()};
}

ModSeq AccountView::highest_modseq() const noexcept { return state_->modseq; }
Binding AccountView::binding() const { return state_->owner; }
const Usage& AccountView::usage() const noexcept { return state_->usage; }
const OwnLimits& AccountView::own_limits() const noexcept { return state_->own_limits; }
std::optional<UtcSeconds> AccountView::gone_since() const noexcept { return state_->gone_since; }

}  // namespace kontor::store
