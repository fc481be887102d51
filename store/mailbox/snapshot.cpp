// SPDX-License-Identifier: GPL-3.0-or-later
// Rows are written as they stand in memory (little-endian, no padding): writing and reading them is
// a copy. Counters that follow from rows are counted again when read.
#include "store/mailbox/snapshot.hpp"

#include <type_traits>

#include "base/core/crc32c.hpp"
#include "store/format/bytes.hpp"

namespace kontor::store {
namespace {

constexpr std::string_view k_magic = "kontorSN";
constexpr std::uint32_t k_version = 5;
constexpr std::size_t k_header = 24;
constexpr std::uint64_t k_max_file = 4ULL << 30U;

static_assert(std::has_unique_object_representations_v<EntryRow>);
static_assert(std::has_unique_object_representations_v<ItemRow>);
static_assert(std::has_unique_object_representations_v<TombRow>);
static_assert(std::has_unique_object_representations_v<ReaderRow>);

template <class Row>
void write_rows(ByteWriter& out, const ChunkTree<Row>& rows) {
  out.varint(rows.size());
  out.reserve(out.size() + rows.size() * sizeof(Row));
  rows.for_each(0, rows.size(), [&](std::size_t, const Row& row) {
    out.raw(std::string_view(reinterpret_cast<const char*>(&row), sizeof(Row)));
  });
}

// Rows in strictly (entries, items) or weakly (tombstones) ascending order of their keys.
template <class Row, class Each>
void read_rows(ByteReader& in, bool strictly, const Each& each) {
  const auto count = in.count(sizeof(Row));
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Row row;
    std::memcpy(static_cast<void*>(&row), in.raw(sizeof(Row)).data(), sizeof(Row));
    const auto key = RowTraits<Row>::key(row);
    if (key < last || (strictly && key == last)) return in.fail();
    last = key;
    each(row);
  }
}

void write_access(ByteWriter& out, const Cow<AccessList>& list) {
  out.varint(list.empty() ? 0 : list->size());
  if (list.empty()) return;
  for (const auto& entry : *list) {
    out.text(entry.principal.source);
    out.uuid(entry.principal.guid);
    out.fixed(static_cast<std::uint8_t>(entry.negative));
    out.varint(entry.rights);
  }
}

void read_access(ByteReader& in, EditId edit, Cow<AccessList>& list) {
  const auto count = in.count(19);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    AccessEntry entry;
    entry.principal.source = in.text();
    entry.principal.guid = in.uuid();
    entry.negative = in.fixed<std::uint8_t>() != 0;
    entry.rights = in.number<RightBits>() & k_all_rights;
    if (entry.rights == 0) return in.fail();
    apply_acl(list.edit(edit), acl_frame(0, entry));
  }
}

void write_annotations(ByteWriter& out, const Cow<AnnotationMap>& annotations) {
  out.varint(annotations.empty() ? 0 : annotations->size());
  if (annotations.empty()) return;
  for (const auto& [entry, value] : *annotations) {
    out.text(entry);
    out.text(value);
  }
}

void read_annotations(ByteReader& in, EditId edit, Cow<AnnotationMap>& annotations) {
  const auto count = in.count(2);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto entry = in.text();
    annotations.edit(edit)[std::string(entry)] = in.text();
  }
}

void write_objects(ByteWriter& out, const Cow<ObjectTable>& objects) {
  out.varint(objects.empty() ? 0 : objects->size());
  if (objects.empty()) return;
  objects->for_each([&](const StoredObject& object) {
    out.varint(object.uid);
    out.text(object.name);
    out.text(object.keys.uid);
    out.fixed(static_cast<std::uint8_t>(object.keys.kind));
    out.time(object.keys.begin);
    out.time(object.keys.end);
  });
}

// Those whose entries are there are found by name, but in a companion.
void read_objects(ByteReader& in, EditId edit, FolderState& folder) {
  const auto count = in.count(6);
  Uid last = 0;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    StoredObject object;
    object.uid = in.number<Uid>();
    object.name = in.text();
    object.keys.uid = in.text();
    const auto kind = in.fixed<std::uint8_t>();
    object.keys.begin = in.time();
    object.keys.end = in.time();
    if (kind > static_cast<std::uint8_t>(k_last_object_kind) || object.uid <= last) in.fail();
    if (!in.ok()) return;
    object.keys.kind = static_cast<ObjectKind>(kind);
    last = object.uid;
    auto& objects = folder.objects.edit(edit);
    const bool is_found =
        !is_recoverable(folder.info.id) && folder.entries.find_key(object.uid) != nullptr;
    if (is_found)
      objects.put(edit, std::move(object));
    else
      objects.remember(edit, std::move(object));
  }
}

void write_sharing(ByteWriter& out, const std::optional<FlagSharing>& sharing, ModSeq since) {
  out.fixed(static_cast<std::uint8_t>(sharing ? static_cast<int>(*sharing) + 1 : 0));
  out.varint(since);
}

std::optional<FlagSharing> read_sharing(ByteReader& in, ModSeq& since) {
  const auto value = in.fixed<std::uint8_t>();
  since = in.varint();
  if (value > static_cast<std::uint8_t>(FlagSharing::all) + 1) in.fail();
  if (!in.ok() || value == 0) return std::nullopt;
  return static_cast<FlagSharing>(value - 1);
}

void write_readers(ByteWriter& out, const Cow<ReaderTable>& readers) {
  out.varint(readers.empty() ? 0 : readers->size());
  if (readers.empty()) return;
  for (const auto& [who, flags] : *readers) {
    out.text(who.source);
    out.uuid(who.guid);
    out.varint(flags->highest_modseq());
    out.varint(flags->size());
    flags->for_each([&](const ReaderRow& row) {
      out.raw(std::string_view(reinterpret_cast<const char*>(&row), sizeof(ReaderRow)));
    });
  }
}

// Behind the entries, which they are counted against.
void read_readers(ByteReader& in, AccountState& state, FolderState& folder) {
  const auto count = in.count(19);
  const auto sets = state.keyword_table().size();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Binding who;
    who.source = in.text();
    who.guid = in.uuid();
    auto& held = folder.readers.edit(state.edit)[who];
    if (!held.empty()) return in.fail();
    auto& flags = held.edit(state.edit);
    flags.raise(in.varint());
    read_rows<ReaderRow>(in, true, [&](const ReaderRow& row) {
      const auto* entry = folder.entries.find_key(row.uid);
      if (entry == nullptr || row.keywords() >= sets) return in.fail();
      flags.put(state.edit, row, entry->flags());
    });
  }
}

void write_folder(ByteWriter& out, const FolderState& folder) {
  const auto& info = folder.info;
  out.varint(info.id);
  out.fixed(static_cast<std::uint8_t>(folder.removed));
  if (folder.removed) out.time(UtcSeconds(std::chrono::seconds(folder.removed_date)));
  out.text(info.name);
  out.fixed(static_cast<std::uint8_t>(info.folder_class));
  out.fixed(static_cast<std::uint8_t>(info.special_use));
  out.varint(info.uid_validity);
  out.varint(info.uid_next);
  out.varint(info.highest_modseq);
  out.uuid(info.guid);
  out.varint(info.bytes);
  out.varint(folder.oldest_tomb);
  write_rows(out, folder.entries);
  write_rows(out, folder.tombs);
  write_access(out, folder.access);
  write_annotations(out, folder.annotations);
  write_objects(out, folder.objects);
  write_sharing(out, folder.flag_sharing, folder.flags_since);
  out.varint(folder.common_modseq);
  write_readers(out, folder.readers);
}

void read_entries(ByteReader& in, AccountState& state, FolderState& folder) {
  auto& info = folder.info;
  const auto sets = state.keyword_table().size();
  std::map<KeywordSetId, std::uint64_t> use;
  read_rows<EntryRow>(in, true, [&](const EntryRow& row) {
    if (row.uid >= info.uid_next || row.keywords() >= sets) return in.fail();
    folder.entries.append(state.edit, row);
    ++info.exists;
    if ((row.flags() & k_seen) == 0) ++info.unseen;
    if ((row.flags() & k_deleted) != 0) ++info.deleted;
    if (row.keywords() != 0) ++use[row.keywords()];
  });
  if (!use.empty()) folder.keyword_use.edit(state.edit) = std::move(use);
}

void read_folder(ByteReader& in, AccountState& state) {
  FolderState folder;
  auto& info = folder.info;
  info.id = in.number<FolderId>();
  folder.removed = in.fixed<std::uint8_t>() != 0;
  if (folder.removed) folder.removed_date = in.time().time_since_epoch().count();
  info.name = in.text();
  const auto folder_class = in.fixed<std::uint8_t>();
  const auto special_use = in.fixed<std::uint8_t>();
  info.uid_validity = in.number<std::uint32_t>();
  info.uid_next = in.number<Uid>();
  info.highest_modseq = in.varint();
  info.guid = in.uuid();
  info.bytes = in.varint();
  folder.oldest_tomb = in.varint();
  if (folder_class > static_cast<std::uint8_t>(FolderClass::notes) ||
      special_use > static_cast<std::uint8_t>(SpecialUse::trash))
    in.fail();
  if (!in.ok()) return;
  info.folder_class = static_cast<FolderClass>(folder_class);
  info.special_use = static_cast<SpecialUse>(special_use);
  info.subscribed = !state.subscriptions.empty() && state.subscriptions->contains(info.name);
  read_entries(in, state, folder);
  read_rows<TombRow>(in, false, [&](const TombRow& row) { folder.tombs.append(state.edit, row); });
  read_access(in, state.edit, folder.access);
  read_annotations(in, state.edit, folder.annotations);
  read_objects(in, state.edit, folder);
  folder.flag_sharing = read_sharing(in, folder.flags_since);
  folder.common_modseq = in.varint();
  read_readers(in, state, folder);
  if (!state.folders.empty() && state.folders.back()->info.id >= info.id) in.fail();
  if (!in.ok()) return;
  if (folder.shown()) state.by_name.edit(state.edit)[info.name] = info.id;
  state.folders.push_back(Cow<FolderState>::make(state.edit, std::move(folder)));
}

// 0: none of its own; else the limit + 1.
void write_limit(ByteWriter& out, const std::optional<std::uint64_t>& limit) {
  out.varint(limit ? std::min(*limit, UINT64_MAX - 1) + 1 : 0);
}

std::optional<std::uint64_t> read_limit(ByteReader& in) {
  const auto value = in.varint();
  if (value == 0) return std::nullopt;
  return value - 1;
}

void read_days(ByteReader& in, AccountState& state) {
  const auto count = in.count(2);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    DayMark mark;
    mark.day = in.number<std::uint32_t>();
    mark.first = in.varint();
    auto& days = state.days.edit(state.edit);
    if (!days.empty() && (days.back().day >= mark.day || days.back().first >= mark.first))
      return in.fail();
    days.push_back(mark);
  }
}

void write_account(ByteWriter& out, const AccountState& state) {
  out.uuid(state.id);
  out.fixed(static_cast<std::uint8_t>(state.kind));
  out.time(state.created);
  out.text(state.owner.source);
  out.uuid(state.owner.guid);
  out.varint(state.next_folder);
  out.varint(state.last_uid_validity);
  out.varint(state.modseq);
  write_limit(out, state.own_limits.bytes);
  write_limit(out, state.own_limits.messages);
  write_limit(out, state.own_limits.folders);
  write_limit(out, state.own_limits.annotation_bytes);
  out.fixed(static_cast<std::uint8_t>(state.quota_warned));
  out.fixed(static_cast<std::uint8_t>(state.gone_since.has_value()));
  if (state.gone_since) out.time(*state.gone_since);
  out.varint(state.days.empty() ? 0 : state.days->size());
  if (!state.days.empty())
    for (const auto& mark : *state.days) {
      out.varint(mark.day);
      out.varint(mark.first);
    }
  std::vector<std::string> subscriptions;
  if (!state.subscriptions.empty())
    subscriptions.assign(state.subscriptions->begin(), state.subscriptions->end());
  out.texts(subscriptions);
  write_annotations(out, state.annotations);
  write_sharing(out, state.flag_sharing, state.flags_since);
  out.fixed(static_cast<std::uint8_t>(state.owner_reads ? (*state.owner_reads ? 2 : 1) : 0));
  const auto& keywords = state.keyword_table();
  out.varint(keywords.size());
  for (std::size_t i = 0; i < keywords.size(); ++i)
    out.texts(keywords.names(static_cast<KeywordSetId>(i)));
}

void read_account(ByteReader& in, AccountState& state) {
  state.id = in.uuid();
  const auto kind = in.fixed<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(AccountKind::public_tree)) in.fail();
  state.kind = in.ok() ? static_cast<AccountKind>(kind) : AccountKind::person;
  state.created = in.time();
  state.owner.source = in.text();
  state.owner.guid = in.uuid();
  state.next_folder = in.number<FolderId>();
  state.last_uid_validity = in.number<std::uint32_t>();
  state.modseq = in.varint();
  state.own_limits.bytes = read_limit(in);
  state.own_limits.messages = read_limit(in);
  state.own_limits.folders = read_limit(in);
  state.own_limits.annotation_bytes = read_limit(in);
  state.quota_warned = in.fixed<std::uint8_t>() != 0;
  if (in.fixed<std::uint8_t>() != 0) state.gone_since = in.time();
  read_days(in, state);
  for (auto& name : in.texts()) state.subscriptions.edit(state.edit).insert(std::move(name));
  read_annotations(in, state.edit, state.annotations);
  state.flag_sharing = read_sharing(in, state.flags_since);
  const auto owner_reads = in.fixed<std::uint8_t>();
  if (owner_reads > 2) in.fail();
  if (owner_reads != 0) state.owner_reads = owner_reads == 2;
  const auto sets = in.count(1);
  for (std::size_t id = 0; id < sets && in.ok(); ++id) {
    const auto names = in.texts();
    if (names.empty()) continue;
    if (!state.keywords.edit(state.edit).define(static_cast<KeywordSetId>(id), names)) in.fail();
  }
}

std::string snapshot_file(const std::string& folder) { return folder + "/snapshot"; }

}  // namespace

std::string encode_snapshot(const Version& version) {
  const auto& state = *version.state;
  ByteWriter body;
  body.varint(version.mark.end.file);
  body.varint(version.mark.end.offset);
  body.varint(version.mark.sequence);
  body.varint(version.mark.incarnation);
  write_account(body, state);
  body.varint(state.folders.size());
  for (const auto& folder : state.folders) write_folder(body, *folder);
  write_rows(body, state.items);
  const auto bytes = body.take();
  ByteWriter out;
  out.reserve(k_header + bytes.size());
  out.raw(k_magic);
  out.fixed(k_version);
  out.fixed(crc32c(bytes));
  out.fixed(static_cast<std::uint64_t>(bytes.size()));
  out.raw(bytes);
  return out.take();
}

Result<Snapshot> decode_snapshot(std::string_view bytes) {
  ByteReader header(bytes);
  const auto magic = header.raw(k_magic.size());
  const auto version = header.fixed<std::uint32_t>();
  const auto checksum = header.fixed<std::uint32_t>();
  const auto size = header.fixed<std::uint64_t>();
  if (!header.ok() || magic != k_magic) return fail(Errc::corrupt, "not a snapshot");
  if (version != k_version) return fail(Errc::unsupported, "a snapshot of another version");
  const auto body = bytes.substr(k_header);
  if (body.size() != size || crc32c(body) != checksum)
    return fail(Errc::corrupt, "the snapshot is damaged");
  ByteReader in(body);
  Snapshot snapshot;
  snapshot.mark.end.file = in.number<std::uint32_t>();
  snapshot.mark.end.offset = in.varint();
  snapshot.mark.sequence = in.varint();
  snapshot.mark.incarnation = in.varint();
  auto& state = snapshot.state;
  read_account(in, state);
  const auto folders = in.count(1);
  for (std::size_t i = 0; i < folders && in.ok(); ++i) read_folder(in, state);
  read_rows<ItemRow>(in, true, [&](const ItemRow& row) {
    state.items.append(state.edit, row);
    state.usage.messages += row.shown;
    if (row.shown != 0) state.usage.bytes += row.size;
  });
  if (!in.ok() || !in.at_end()) return fail(Errc::corrupt, "the snapshot does not hold together");
  return snapshot;
}

Result<void> write_snapshot(io::FileSystem& files,
                            const std::string& folder,
                            const Version& version) {
  return io::write_file_durably(files, snapshot_file(folder), encode_snapshot(version));
}

Result<Snapshot> read_snapshot(io::FileSystem& files, const std::string& folder) {
  KONTOR_TRY(const auto bytes, io::read_file(files, snapshot_file(folder), k_max_file));
  return decode_snapshot(bytes);
}

}  // namespace kontor::store
