// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/apply.hpp"

#include <fmt/format.h>

#include <numeric>

#include "base/core/text.hpp"
#include "store/mailbox/folder_mail.hpp"

namespace kontor::store {
namespace {

constexpr auto k_last_day = 2'932'896;  // of the year 9999
constexpr std::uint64_t k_last_second = 253'402'300'799;

void use_keywords(AccountState& state, FolderState& folder, KeywordSetId set, int by) {
  if (set == 0) return;
  auto& use = folder.keyword_use.edit(state.edit);
  auto& count = use[set];
  count += static_cast<std::uint64_t>(by);
  if (count == 0) use.erase(set);
}

std::uint64_t size_of(const AccountState& state, ItemId item) {
  const auto* row = state.items.find_key(item);
  return row != nullptr ? row->size : 0;
}

// An entry enters (by = 1) or leaves (by = -1) the counters of its folder.
void count_entry(AccountState& state, FolderState& folder, const EntryRow& row, int by) {
  const auto step = static_cast<std::uint64_t>(by);
  const auto bytes = step * size_of(state, row.item);
  auto& info = folder.info;
  info.exists += step;
  if ((row.flags() & k_seen) == 0) info.unseen += step;
  if ((row.flags() & k_deleted) != 0) info.deleted += step;
  info.bytes += bytes;
  use_keywords(state, folder, row.keywords(), by);
}

// One use of an item more or less, and one showing of it: the item goes with its last use, and
// counts for the quota while it is shown.
void use_item(AccountState& state, ItemId item, int by, int shown) {
  if (item == 0 || (by == 0 && shown == 0)) return;
  const auto index = state.items.lower_bound(item);
  if (index == state.items.size() || state.items.at(index).id != item) return;
  std::uint32_t left = 0;
  state.items.update(state.edit, index, [&](ItemRow& row) {
    const bool before = row.shown != 0;
    row.uses += static_cast<std::uint32_t>(by);
    row.shown += static_cast<std::uint32_t>(shown);
    state.usage.messages += static_cast<std::uint64_t>(shown);
    if (!before && row.shown != 0) state.usage.bytes += row.size;
    if (before && row.shown == 0) state.usage.bytes -= row.size;
    left = row.uses;
  });
  if (left == 0) state.items.erase(state.edit, {index});
}

void name_folder(AccountState& state, FolderState& folder) {
  state.by_name.edit(state.edit)[folder.info.name] = folder.info.id;
  folder.info.subscribed =
      !state.subscriptions.empty() && state.subscriptions->contains(folder.info.name);
}

void unname_folder(AccountState& state, const FolderInfo& info) {
  auto& names = state.by_name.edit(state.edit);
  const auto found = names.find(info.name);
  if (found != names.end() && found->second == info.id) names.erase(found);
}

FolderState& insert_folder(AccountState& state, FolderInfo info) {
  const auto place = std::ranges::upper_bound(state.folders, info.id, {},
                                              [](const auto& folder) { return folder->info.id; });
  FolderState folder;
  folder.info = std::move(info);
  const auto added = state.folders.insert(place, Cow<FolderState>::make(state.edit, folder));
  auto& made = added->edit(state.edit);
  state.last_uid_validity = std::max(state.last_uid_validity, made.info.uid_validity);
  return made;
}

FolderState& add_folder(AccountState& state, FolderInfo info) {
  auto& made = insert_folder(state, std::move(info));
  name_folder(state, made);
  state.next_folder = std::max(state.next_folder, made.info.id + 1);
  return made;
}

// A UIDVALIDITY that the account has not given yet, by the date in a frame.
std::uint32_t new_validity(const AccountState& state, UtcSeconds date) {
  const auto seconds = std::clamp<std::int64_t>(date.time_since_epoch().count(), 0, UINT32_MAX);
  return std::max(state.last_uid_validity + 1, static_cast<std::uint32_t>(seconds));
}

// The folder of a message; one whose own frame was lost is made again under a telling name.
FolderState& folder_of(AccountState& state, FolderId id, UtcSeconds date) {
  id = original_of(id);  // nothing comes into what was deleted
  if (auto* folder = state.edit_folder(id)) return *folder;
  FolderInfo info;
  info.id = id;
  info.name = id == k_inbox ? "INBOX" : fmt::format("Recovered-{}", id);
  while (state.find_name(info.name)) info.name += '-';
  info.uid_validity = new_validity(state, date);
  return add_folder(state, std::move(info));
}

// The companion of a folder: what was expunged from it. Made by the first expunge, whether or not
// the messages it names are there, so that the loss of a frame changes no number.
FolderState& companion_of(AccountState& state, const FolderInfo& folder, UtcSeconds date) {
  const auto id = expunged_of(folder.id);
  if (auto* companion = state.edit_folder(id)) return *companion;
  FolderInfo info;
  info.id = id;
  info.folder_class = folder.folder_class;
  info.uid_validity = new_validity(state, date);
  auto guid = folder.guid.bytes();  // MAILBOXID: another one, and always the same
  for (char& byte : guid) byte = static_cast<char>(byte ^ 0x5A);
  info.guid = Uuid::from_bytes(guid).value();
  return insert_folder(state, std::move(info));
}

// The UID of a new entry: the one the frame names, unless it was given already.
Uid take_uid(FolderInfo& info, Uid named) {
  const Uid uid = std::max(named, info.uid_next);
  info.uid_next = uid + 1;
  return uid;
}

KeywordSetId intern(AccountState& state, const std::vector<std::string>& names) {
  if (names.empty()) return 0;
  if (const auto known = state.keyword_table().find(names)) return *known;
  return state.keywords.edit(state.edit).intern(names).value_or(0);
}

void add_entry(AccountState& state, FolderState& folder, const EntryRow& row) {
  folder.entries.append(state.edit, row);
  if (folder.info.folder_class != FolderClass::mail)  // until an object frame says its name
    folder.objects.edit(state.edit).put(state.edit, {row.uid, nameless(row.uid), {}});
  folder.info.highest_modseq = folder.common_modseq = row.modseq;
  count_entry(state, folder, row, 1);
  use_item(state, row.item, 1, folder.shown() ? 1 : 0);
}

// Where expunged entries go.
struct Keep {
  FolderState& companion;
  Uid first_uid = 0;  // of the first UID that the frame names; the others follow
  std::int64_t date = 0;
};

void keep_entry(AccountState& state,
                const Keep& keep,
                std::size_t index,
                EntryRow row,
                const StoredObject* object) {
  row.uid = keep.first_uid + static_cast<Uid>(index);
  row.set_marks(static_cast<FlagBits>(row.flags() & ~k_deleted), row.keywords());
  row.save_date = keep.date;
  keep.companion.entries.append(state.edit, row);
  count_entry(state, keep.companion, row, 1);
  if (object != nullptr)
    keep.companion.objects.edit(state.edit)
        .remember(state.edit, {row.uid, object->name, object->keys});
}

// An item with a name has left its folder; a companion remembers it no more.
void leave_objects(AccountState& state, FolderState& folder, Uid uid) {
  if (folder.objects.empty()) return;
  auto& objects = folder.objects.edit(state.edit);
  if (is_recoverable(folder.info.id))
    objects.forget(state.edit, uid);
  else
    objects.leave(state.edit, uid);
}

// Takes entries out of a folder and leaves tombstones. With `keep` they may still be brought back
// (expunge); otherwise the use of their items here has ended (move, purge).
void remove_entries(AccountState& state,
                    FolderState& folder,
                    const std::vector<Uid>& uids,
                    ModSeq modseq,
                    const Keep* keep) {
  std::vector<std::size_t> indexes;
  std::vector<EntryRow> gone;
  std::vector<CopiedUid> kept;
  for (std::size_t i = 0; i < uids.size(); ++i) {
    const auto index = folder.entries.lower_bound(uids[i]);
    if (index == folder.entries.size()) break;
    EntryRow row = folder.entries.at(index);
    if (row.uid != uids[i]) continue;
    gone.push_back(row);
    indexes.push_back(index);
    count_entry(state, folder, row, -1);
    folder.tombs.append(state.edit, TombRow(row.uid, modseq, keep != nullptr ? row.item : 0));
    row.modseq = modseq;
    const Uid uid = row.uid;
    if (keep != nullptr) {
      keep_entry(state, *keep, i, row,
                 folder.objects.empty() ? nullptr : folder.objects->find(uid));
      kept.push_back({uid, keep->first_uid + static_cast<Uid>(i)});
    }
    leave_objects(state, folder, uid);
    use_item(state, row.item, keep != nullptr ? 0 : -1, folder.shown() ? -1 : 0);
  }
  if (indexes.empty()) return;
  if (!folder.readers.empty()) {
    if (keep != nullptr) copy_reader_flags(state, *folder.readers, keep->companion, kept, modseq);
    for (const auto& row : gone) forget_readers(state, folder, row);
  }
  folder.entries.erase(state.edit, indexes);
  folder.info.highest_modseq = folder.common_modseq = modseq;
}

// All that a folder holds is shown, or is not any more.
void show_entries(AccountState& state, const FolderState& folder, int by) {
  folder.entries.for_each(0, folder.entries.size(), [&](std::size_t, const EntryRow& row) {
    use_item(state, row.item, 0, by);
  });
}

// A deleted folder is dead, with what it held and what was expunged from it before.
void forget_folder(AccountState& state, FolderId id) {
  for (const auto part : {id, expunged_of(id)}) {
    const auto* folder = state.find(part);
    if (folder == nullptr) continue;
    folder->entries.for_each(0, folder->entries.size(), [&](std::size_t, const EntryRow& row) {
      use_item(state, row.item, -1, 0);
    });
  }
  std::erase_if(state.folders,
                [&](const auto& f) { return f->info.id == id || f->info.id == expunged_of(id); });
}

// The UIDs that expunged messages have in the companion, by those that they had in the folder.
std::vector<Uid> companion_uids(const FolderState& folder,
                                const FolderState& companion,
                                const std::vector<Uid>& uids) {
  std::set<std::pair<ItemId, ModSeq>> wanted;
  folder.tombs.for_each(0, folder.tombs.size(), [&](std::size_t, const TombRow& row) {
    if (row.item() != 0 && std::ranges::binary_search(uids, row.uid()))
      wanted.emplace(row.item(), row.modseq());
  });
  std::vector<Uid> found;
  companion.entries.for_each(0, companion.entries.size(), [&](std::size_t, const EntryRow& row) {
    if (wanted.erase({row.item, row.modseq}) != 0) found.push_back(row.uid);
  });
  return found;
}

// The dates in frames say on which day they were written; a clock that goes back says nothing.
void note_day(AccountState& state, UtcSeconds date, ModSeq modseq) {
  const auto days = std::chrono::floor<std::chrono::days>(date).time_since_epoch().count();
  if (days <= 0 || days > k_last_day) return;
  const auto day = static_cast<std::uint32_t>(days);
  if (!state.days.empty() && !state.days->empty() && state.days->back().day >= day) return;
  state.days.edit(state.edit).push_back({day, modseq});
}

struct Apply {
  AccountState& state;
  const FramePlace& place;

  void operator()(const AccountFrame& frame) const {
    state.id = frame.id;
    state.kind = frame.kind;
    state.created = frame.created;
  }
  void operator()(const BindingFrame& frame) const {
    state.owner = frame.owner;
    state.sharing_modseq = place.sequence;
  }
  void operator()(const DeliverFrame&) const {}  // comes as a DeliverHead
  void operator()(const CopyFrame& frame) const { transfer(frame); }
  void operator()(const MoveFrame& frame) const {
    std::vector<Uid> uids;
    uids.reserve(frame.rows.size());
    for (const auto& row : frame.rows) uids.push_back(row.from);
    transfer(frame);
    if (auto* folder = state.edit_folder(frame.from))
      remove_entries(state, *folder, uids, place.sequence, nullptr);
  }
  void operator()(const FlagsFrame& frame) const;
  void operator()(const ExpungeFrame& frame) const;
  void operator()(const PurgeFrame& frame) const;
  void operator()(const FolderFrame& frame) const;
  void operator()(const KeywordFrame& frame) const {
    state.keywords.edit(state.edit).define(frame.id, frame.names);
  }
  void operator()(const SubscriptionFrame& frame) const {
    auto& names = state.subscriptions.edit(state.edit);
    if (frame.subscribed)
      names.insert(frame.name);
    else
      names.erase(frame.name);
    if (const auto id = state.find_name(frame.name))
      state.edit_folder(*id)->info.subscribed = frame.subscribed;
  }
  void operator()(const ObjectFrame& frame) const;
  void operator()(const BatchEndFrame&) const {}
  void operator()(const NoteFrame&) const {}
  void operator()(const AclFrame& frame) const {
    state.sharing_modseq = place.sequence;
    if (auto* folder = state.edit_folder(frame.folder))
      apply_acl(folder->access.edit(state.edit), frame);
  }
  void operator()(const AnnotationFrame& frame) const;
  bool note_own(const AnnotationFrame& frame) const;
  void share_flags(const AnnotationFrame& frame) const;
  void operator()(const PruneFrame& frame) const;
  void operator()(const StubFrame& frame) const;

  void transfer(const TransferFrame& frame) const;
};

void Apply::transfer(const TransferFrame& frame) const {
  note_day(state, frame.save_date, place.sequence);
  auto& folder = folder_of(state, frame.to, frame.save_date);
  std::vector<KeywordSetId> sets{0};
  for (const auto& names : frame.keyword_sets) sets.push_back(intern(state, names));
  Uid named = frame.first_uid;
  std::vector<CopiedUid> copied;
  for (const auto& row : frame.rows) {
    const Uid uid = take_uid(folder.info, named);
    if (named != 0) ++named;
    if (state.items.find_key(row.item) == nullptr) continue;  // its own frame was lost
    EntryRow entry;
    entry.uid = uid;
    entry.set_marks(row.flags, row.keywords < sets.size() ? sets[row.keywords] : 0);
    entry.item = row.item;
    entry.modseq = place.sequence;
    entry.internal_date = row.internal_date.time_since_epoch().count();
    entry.save_date = frame.save_date.time_since_epoch().count();
    add_entry(state, folder, entry);
    copied.push_back({row.from, uid});
  }
  const auto* from = state.find(frame.from);
  if (from == nullptr || from->readers.empty()) return;
  const auto readers = from->readers;  // kept while `folder`, which it may be, changes
  copy_reader_flags(state, *readers, folder, copied, place.sequence);
}

void Apply::operator()(const ObjectFrame& frame) const {
  auto* folder = is_recoverable(frame.folder) ? nullptr : state.edit_folder(frame.folder);
  if (folder == nullptr || folder->entries.find_key(frame.uid) == nullptr) return;
  folder->objects.edit(state.edit).put(state.edit, {frame.uid, frame.name, frame.keys});
}

void Apply::operator()(const FlagsFrame& frame) const {
  auto* folder = state.edit_folder(frame.folder);
  if (folder == nullptr) return;
  std::map<KeywordSetId, KeywordSetId> sets;  // before -> after, each worked out once
  const auto keywords_after = [&](KeywordSetId before) {
    const auto [found, fresh] = sets.try_emplace(before, before);
    if (fresh && !(frame.keywords.empty() && frame.action != FlagAction::set))
      found->second = state.keywords.edit(state.edit)
                          .change(before, frame.action, frame.keywords)
                          .value_or(before);
    return found->second;
  };
  for (const Uid uid : frame.uids) {
    const auto index = folder->entries.lower_bound(uid);
    if (index == folder->entries.size()) return;
    const EntryRow before = folder->entries.at(index);
    if (before.uid != uid) continue;
    FlagBits flags = frame.flags;
    if (frame.action == FlagAction::add) flags = before.flags() | frame.flags;
    if (frame.action == FlagAction::remove)
      flags = static_cast<FlagBits>(before.flags() & ~frame.flags);
    const auto keywords = keywords_after(before.keywords());
    rebase_readers(state, *folder, before, {flags, keywords, place.sequence});
    folder->entries.update(state.edit, index, [&](EntryRow& row) {
      row.set_marks(flags, keywords);
      row.modseq = place.sequence;
    });
    const auto step = [](FlagBits bit, FlagBits from, FlagBits to) {
      return static_cast<std::uint64_t>(static_cast<int>((to & bit) != 0) -
                                        static_cast<int>((from & bit) != 0));
    };
    folder->info.unseen -= step(k_seen, before.flags(), flags);
    folder->info.deleted += step(k_deleted, before.flags(), flags);
    if (keywords != before.keywords()) {
      use_keywords(state, *folder, before.keywords(), -1);
      use_keywords(state, *folder, keywords, 1);
    }
    folder->info.highest_modseq = place.sequence;
  }
}

void Apply::operator()(const ExpungeFrame& frame) const {
  note_day(state, frame.date, place.sequence);
  auto* folder = state.edit_folder(frame.folder);
  if (folder == nullptr) return;
  if (is_recoverable(frame.folder))  // twice expunged is dead
    return remove_entries(state, *folder, frame.uids, place.sequence, nullptr);
  auto& companion = companion_of(state, folder->info, frame.date);
  auto& info = companion.info;
  if (frame.uids.size() > UINT32_MAX - info.uid_next)  // no UID left to keep them under
    return remove_entries(state, *folder, frame.uids, place.sequence, nullptr);
  const Keep keep{companion, info.uid_next, frame.date.time_since_epoch().count()};
  info.uid_next += static_cast<Uid>(frame.uids.size());
  info.highest_modseq = place.sequence;
  remove_entries(state, *folder, frame.uids, place.sequence, &keep);
}

void Apply::operator()(const PurgeFrame& frame) const {
  const auto* folder = state.find(frame.folder);
  if (folder == nullptr) return;
  if (frame.whole_folder) {
    if (folder->removed) forget_folder(state, frame.folder);  // only what was deleted can be purged
    return;
  }
  auto* companion = state.edit_folder(expunged_of(frame.folder));
  if (companion == nullptr) return;
  const auto uids =
      is_recoverable(frame.folder) ? frame.uids : companion_uids(*folder, *companion, frame.uids);
  remove_entries(state, *companion, uids, place.sequence, nullptr);
}

void Apply::operator()(const PruneFrame& frame) const {
  for (const auto& held : state.folders) {
    const auto id = held->info.id;
    const auto count = held->tombs.lower_bound(frame.until + 1);
    if (count == 0) continue;
    auto& folder = *state.edit_folder(id);
    std::vector<std::size_t> indexes(count);
    std::iota(indexes.begin(), indexes.end(), std::size_t{0});
    folder.tombs.for_each(0, count, [&](std::size_t, const TombRow& row) {
      folder.oldest_tomb = row.modseq();
      if (!folder.objects.empty()) folder.objects.edit(state.edit).forget(state.edit, row.uid());
    });
    folder.tombs.erase(state.edit, indexes);
  }
  if (state.days.empty()) return;
  std::erase_if(state.days.edit(state.edit),
                [&](const DayMark& mark) { return mark.first <= frame.until; });
}

// Entries of the account that are Kontor's own. false: it is none of them.
bool Apply::note_own(const AnnotationFrame& frame) const {
  if (!frame.entry.starts_with("/kontor/")) return false;
  std::optional<std::uint64_t> value;
  if (!frame.remove) {
    value = parse_number<std::uint64_t>(frame.value);
    if (!value) return true;
  }
  if (auto* limit = own_limit(state.own_limits, frame.entry)) *limit = value;
  if (frame.entry == k_quota_warned) state.quota_warned = value.value_or(0) != 0;
  if (frame.entry == k_owner_reads) {
    state.owner_reads.reset();
    if (value) state.owner_reads = *value != 0;
    state.flags_since = place.sequence;
  }
  if (frame.entry == k_gone_since) {
    state.gone_since.reset();
    if (value) state.gone_since = UtcSeconds(std::chrono::seconds(std::min(*value, k_last_second)));
  }
  return true;
}

// Who reads of others sees all of it anew.
void Apply::share_flags(const AnnotationFrame& frame) const {
  std::optional<FlagSharing> sharing;
  if (!frame.remove) {
    sharing = parse_flag_sharing(frame.value);
    if (!sharing) return;
  }
  if (frame.folder == 0) {
    state.flag_sharing = sharing;
    state.flags_since = place.sequence;
  } else if (auto* folder = state.edit_folder(frame.folder)) {
    folder->flag_sharing = sharing;
    folder->flags_since = place.sequence;
  }
}

void Apply::operator()(const AnnotationFrame& frame) const {
  if (frame.item != 0) return;  // of messages: nobody reads them yet
  if (frame.entry == k_flag_sharing) return share_flags(frame);
  if (frame.folder == 0 && note_own(frame)) return;
  auto* folder = frame.folder == 0 ? nullptr : state.edit_folder(frame.folder);
  if (folder == nullptr && frame.folder != 0) return;
  auto& annotations =
      (folder == nullptr ? state.annotations : folder->annotations).edit(state.edit);
  if (frame.remove)
    annotations.erase(frame.entry);
  else
    annotations[frame.entry] = frame.value;
  if (folder != nullptr && frame.entry.starts_with(k_folder_mail))
    state.sharing_modseq = place.sequence;
}

void Apply::operator()(const FolderFrame& frame) const {
  state.sharing_modseq = place.sequence;
  note_day(state, frame.date, place.sequence);
  if (is_recoverable(frame.id)) return;  // nobody makes such a folder
  auto* folder = state.edit_folder(frame.id);
  if (folder == nullptr) {
    if (frame.action == FolderAction::remove) return;
    FolderInfo info;
    info.id = frame.id;
    folder = &add_folder(state, std::move(info));
  }
  unname_folder(state, folder->info);
  auto& info = folder->info;
  if (frame.action == FolderAction::remove) {
    if (!folder->removed) show_entries(state, *folder, -1);
    folder->removed = true;
    folder->removed_date = frame.date.time_since_epoch().count();
    info.highest_modseq = folder->common_modseq = place.sequence;
    return;
  }
  info.name = frame.name;
  info.folder_class = frame.folder_class;
  info.special_use = frame.special_use;
  info.uid_validity = frame.uid_validity;
  info.guid = frame.guid;
  info.highest_modseq = std::max(info.highest_modseq, place.sequence);
  folder->common_modseq = info.highest_modseq;
  state.last_uid_validity = std::max(state.last_uid_validity, frame.uid_validity);
  if (folder->removed) show_entries(state, *folder, 1);
  folder->removed = false;
  folder->removed_date = 0;
  name_folder(state, *folder);
}

void deliver(AccountState& state, const FramePlace& place, const DeliverHead& head) {
  const auto& frame = head.frame;
  auto& folder = folder_of(state, frame.folder, frame.save_date);
  ItemRow item;
  item.id = place.sequence;
  item.guid = frame.guid;
  item.thread = frame.thread;
  item.offset = place.position.offset;
  item.file = place.position.file;
  item.raw_offset = head.raw_offset;
  item.size = static_cast<std::uint32_t>(head.raw_size);
  item.header_size = frame.header_size;
  state.items.append(state.edit, item);
  EntryRow entry;
  entry.uid = take_uid(folder.info, frame.uid);
  entry.set_marks(frame.flags, intern(state, frame.keywords));
  entry.item = item.id;
  entry.modseq = place.sequence;
  entry.internal_date = frame.internal_date.time_since_epoch().count();
  entry.save_date = frame.save_date.time_since_epoch().count();
  add_entry(state, folder, entry);
}

// As the message that it stands for, which is dead by a later frame. It has no bytes: offset 0.
void Apply::operator()(const StubFrame& frame) const {
  DeliverHead head;
  head.raw_size = frame.size;
  head.frame.folder = frame.folder;
  head.frame.uid = frame.uid;
  head.frame.flags = frame.flags;
  head.frame.internal_date = frame.internal_date;
  head.frame.save_date = frame.save_date;
  head.frame.keywords = frame.keywords;
  head.frame.guid = frame.guid;
  head.frame.thread = frame.thread;
  head.frame.header_size = frame.header_size;
  deliver(state, place, head);
}

}  // namespace

Result<Decoded> decode_frame(FrameType type, std::string_view payload) {
  if (type == FrameType::deliver) {
    KONTOR_TRY(auto head, decode_deliver_head(payload));
    KONTOR_TRY(check_deliver_length(head, payload));
    if (head.raw_size > UINT32_MAX) return fail(Errc::corrupt, "a message that is too long");
    auto& frame = head.frame;  // these views end with `payload`
    frame.envelope = frame.body = frame.bodystructure = frame.preview = {};
    return Decoded(std::move(head));
  }
  if (type == FrameType::reader_flags) {
    KONTOR_TRY(auto frame, decode_reader_flags(payload));
    return Decoded(std::move(frame));
  }
  KONTOR_TRY(auto frame, decode_payload(type, payload));
  return Decoded(std::move(frame));
}

void apply(AccountState& state, const FramePlace& place, const Decoded& frame) {
  if (const auto* head = std::get_if<DeliverHead>(&frame))
    deliver(state, place, *head);
  else if (const auto* flags = std::get_if<ReaderFlagsFrame>(&frame))
    apply_reader_flags(state, *flags, place.sequence);
  else
    std::visit(Apply{state, place}, std::get<Payload>(frame));
  state.modseq = place.sequence;
}

std::shared_ptr<const AccountState> freeze(AccountState& state) {
  auto version = std::make_shared<const AccountState>(state);
  ++state.edit;
  return version;
}

}  // namespace kontor::store
