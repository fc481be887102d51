// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/state.hpp"

#include <fmt/format.h>

namespace kontor::store {
namespace {

template <class Folders>
auto find_cow(Folders& folders, FolderId id) {
  const auto found =
      std::ranges::lower_bound(folders, id, {}, [](const auto& folder) { return folder->info.id; });
  return found != folders.end() && (*found)->info.id == id ? found : folders.end();
}

template <class Row>
bool same_rows(const ChunkTree<Row>& a, const ChunkTree<Row>& b) {
  if (a.size() != b.size()) return false;
  bool same = true;
  a.for_each(0, a.size(), [&](std::size_t i, const Row& row) { same = same && row == b.at(i); });
  return same;
}

// Keyword sets are compared by their names: two states may have numbered them differently.
bool same_entries(const AccountState& a,
                  const AccountState& b,
                  const FolderState& x,
                  const FolderState& y) {
  if (x.entries.size() != y.entries.size()) return false;
  bool same = true;
  x.entries.for_each(0, x.entries.size(), [&](std::size_t i, const EntryRow& row) {
    EntryRow other = y.entries.at(i);
    same = same &&
           a.keyword_table().names(row.keywords()) == b.keyword_table().names(other.keywords());
    other.set_marks(other.flags(), row.keywords());
    same = same && row == other;
  });
  return same;
}

// Where a message stands may differ while compaction writes logs anew.
bool same_items(const AccountState& a, const AccountState& b) {
  if (a.items.size() != b.items.size()) return false;
  bool same = true;
  a.items.for_each(0, a.items.size(), [&](std::size_t i, const ItemRow& row) {
    ItemRow other = b.items.at(i);
    if (other.file != row.file) {
      other.file = row.file;
      other.offset = row.offset;
      if (row.raw_offset == 0 || other.raw_offset == 0) other.raw_offset = row.raw_offset;
    }
    same = same && row == other;
  });
  return same;
}

std::string folder_text(const FolderInfo& info) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", info.id, info.name,
                     static_cast<int>(info.folder_class), static_cast<int>(info.special_use),
                     info.subscribed, info.uid_validity, info.uid_next, info.highest_modseq,
                     info.guid.text(), info.exists, info.unseen, info.deleted, info.bytes, "");
}

std::string access_text(const Cow<AccessList>& list) {
  std::string text;
  if (!list.empty())
    for (const auto& entry : *list)
      text += fmt::format(" {}{}:{} {}", entry.negative ? "-" : "", entry.principal.source,
                          entry.principal.guid.text(), letters_of(entry.rights));
  return text;
}

std::string annotation_text(const Cow<AnnotationMap>& annotations) {
  std::string text;
  if (!annotations.empty())
    for (const auto& [entry, value] : *annotations)
      text += fmt::format(" {}={}:{}", entry, value.size(), value);
  return text;
}

bool same_objects(const Cow<ObjectTable>& a, const Cow<ObjectTable>& b) {
  static const ObjectTable none;
  const auto& x = a.empty() ? none : *a;
  const auto& y = b.empty() ? none : *b;
  bool same = x.size() == y.size();
  x.for_each([&](const StoredObject& object) {
    const auto* other = y.find(object.uid);
    same = same && other != nullptr && *other == object &&
           (x.find_name(object.name) == nullptr) == (y.find_name(object.name) == nullptr) &&
           (x.find_key(object.keys.uid) == nullptr) == (y.find_key(object.keys.uid) == nullptr);
  });
  return same;
}

std::string sharing_text(const std::optional<FlagSharing>& sharing, ModSeq since) {
  return fmt::format(" flags {} {}", sharing ? flag_sharing_text(*sharing) : "", since);
}

// Whom they belong to, and each row with the names of its keywords.
std::string readers_text(const AccountState& state, const Cow<ReaderTable>& readers) {
  std::string text;
  if (readers.empty()) return text;
  for (const auto& [who, flags] : *readers) {
    text += fmt::format(" {}:{} {} {} {}:", who.source, who.guid.text(), flags->highest_modseq(),
                        flags->seen(), flags->more_unseen());
    flags->for_each([&](const ReaderRow& row) {
      text += fmt::format(" {} {} {} {}", row.uid, row.flags(), row.said, row.modseq());
      for (const auto& name : state.keyword_table().names(row.keywords())) text += ',' + name;
    });
  }
  return text;
}

std::string limit_text(const std::optional<std::uint64_t>& limit) {
  return limit ? std::to_string(*limit) : "default";
}

std::string account_text(const AccountState& s) {
  std::string text = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", s.id.text(), static_cast<int>(s.kind),
      s.created.time_since_epoch().count(), s.owner.source, s.owner.guid.text(), s.next_folder,
      s.last_uid_validity, s.modseq, s.usage.bytes, s.usage.messages,
      limit_text(s.own_limits.bytes), limit_text(s.own_limits.messages),
      limit_text(s.own_limits.folders), limit_text(s.own_limits.annotation_bytes), s.quota_warned,
      s.gone_since ? s.gone_since->time_since_epoch().count() : -1);
  if (!s.days.empty())
    for (const auto& mark : *s.days) text += fmt::format(" {}:{}", mark.day, mark.first);
  if (!s.subscriptions.empty())
    for (const auto& name : *s.subscriptions) text += " " + name;
  text += annotation_text(s.annotations);
  text += sharing_text(s.flag_sharing, s.flags_since);
  if (s.owner_reads) text += *s.owner_reads ? " of a person" : " of nobody";
  return text;
}

}  // namespace

const FolderState* AccountState::find(FolderId folder) const {
  const auto found = find_cow(folders, folder);
  return found == folders.end() ? nullptr : &**found;
}

const FolderState* AccountState::find_shown(FolderId folder) const {
  const auto* found = find(folder);
  return found != nullptr && found->shown() ? found : nullptr;
}

FolderState* AccountState::edit_folder(FolderId folder) {
  const auto found = find_cow(folders, folder);
  return found == folders.end() ? nullptr : &found->edit(edit);
}

std::optional<FolderId> AccountState::find_name(std::string_view name) const {
  if (by_name.empty()) return std::nullopt;
  const auto found = by_name->find(name);
  if (found == by_name->end()) return std::nullopt;
  return found->second;
}

const KeywordTable& AccountState::keyword_table() const {
  static const KeywordTable none;
  return keywords.empty() ? none : *keywords;
}

Usage recount(const AccountState& state) {
  Usage usage;
  std::set<ItemId> counted;
  for (const auto& folder : state.folders) {
    if (!folder->shown()) continue;
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const EntryRow& entry) {
      const auto* item = state.items.find_key(entry.item);
      if (item == nullptr) return;
      ++usage.messages;
      if (counted.insert(entry.item).second) usage.bytes += item->size;
    });
  }
  return usage;
}

std::uint64_t folder_count(const AccountState& state) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(state.folders, [](const auto& folder) { return folder->shown(); }));
}

std::shared_ptr<const AnnotationMap> notes_of(const AccountState& state) {
  if (state.annotations.empty() || state.annotations->empty()) return nullptr;
  return std::make_shared<const AnnotationMap>(*state.annotations);
}

std::uint64_t annotation_bytes(const AccountState& state) {
  std::uint64_t bytes = state.annotations.empty() ? 0 : annotation_bytes(*state.annotations);
  for (const auto& folder : state.folders)
    if (folder->shown() && !folder->annotations.empty())
      bytes += annotation_bytes(*folder->annotations);
  return bytes;
}

std::string difference(const AccountState& a, const AccountState& b) {
  if (account_text(a) != account_text(b))
    return fmt::format("account: {} / {}", account_text(a), account_text(b));
  if (a.folders.size() != b.folders.size()) return "number of folders";
  for (std::size_t i = 0; i < a.folders.size(); ++i) {
    const auto& x = *a.folders[i];
    const auto& y = *b.folders[i];
    if (folder_text(x.info) != folder_text(y.info) || x.removed != y.removed ||
        x.removed_date != y.removed_date)
      return fmt::format("folder: {} / {}", folder_text(x.info), folder_text(y.info));
    if (access_text(x.access) != access_text(y.access))
      return fmt::format("access to folder {}: {} / {}", x.info.name, access_text(x.access),
                         access_text(y.access));
    if (sharing_text(x.flag_sharing, x.flags_since) != sharing_text(y.flag_sharing, y.flags_since))
      return fmt::format("sharing of flags in folder {}", x.info.name);
    if (x.common_modseq != y.common_modseq ||
        readers_text(a, x.readers) != readers_text(b, y.readers))
      return fmt::format("flags of readers in folder {}", x.info.name);
    if (annotation_text(x.annotations) != annotation_text(y.annotations))
      return fmt::format("annotations of folder {}", x.info.name);
    if (!same_objects(x.objects, y.objects)) return fmt::format("names in folder {}", x.info.name);
    if (!same_entries(a, b, x, y)) return fmt::format("entries of folder {}", x.info.name);
    if (!same_rows(x.tombs, y.tombs) || x.oldest_tomb != y.oldest_tomb)
      return fmt::format("tombstones of folder {}", x.info.name);
  }
  if (!same_items(a, b)) return "items";
  return {};
}

}  // namespace kontor::store
