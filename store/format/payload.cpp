// SPDX-License-Identifier: GPL-3.0-or-later
// Each payload has one write() and one read(), in the order of its fields on disk; a version byte
// leads.
#include "store/format/payload.hpp"

#include <array>

#include "store/format/bytes.hpp"

namespace kontor::store {
namespace {

constexpr std::uint8_t k_version = 1;

// An enumerator as one byte, refused above its last.
template <class E>
E read_enum(ByteReader& in, E last) {
  const auto value = in.fixed<std::uint8_t>();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return in.ok() ? static_cast<E>(value) : E{};
}
template <class E>
void write_enum(ByteWriter& out, E value) {
  out.fixed(static_cast<std::uint8_t>(value));
}

void write(ByteWriter& out, const AccountFrame& f) {
  out.uuid(f.id);
  write_enum(out, f.kind);
  out.time(f.created);
}
void read(ByteReader& in, AccountFrame& f) {
  f.id = in.uuid();
  f.kind = read_enum(in, AccountKind::public_tree);
  f.created = in.time();
}

void write(ByteWriter& out, const BindingFrame& f) {
  out.text(f.owner.source);
  out.uuid(f.owner.guid);
}
void read(ByteReader& in, BindingFrame& f) {
  f.owner.source = in.text();
  f.owner.guid = in.uuid();
}

void write(ByteWriter& out, const TransferFrame& f) {
  out.varint(f.from);
  out.varint(f.to);
  out.varint(f.first_uid);
  out.time(f.save_date);
  out.varint(f.keyword_sets.size());
  for (const auto& set : f.keyword_sets) out.texts(set);
  out.varint(f.rows.size());
  for (const auto& row : f.rows) {
    out.varint(row.from);
    out.varint(row.item);
    out.fixed(row.flags);
    out.varint(row.keywords);
    out.time(row.internal_date);
  }
}
void read(ByteReader& in, TransferFrame& f) {
  f.from = in.number<FolderId>();
  f.to = in.number<FolderId>();
  f.first_uid = in.number<Uid>();
  f.save_date = in.time();
  f.keyword_sets.resize(in.count(1));
  for (auto& set : f.keyword_sets) set = in.texts();
  f.rows.resize(in.count(5));
  for (auto& row : f.rows) {
    row.from = in.number<Uid>();
    row.item = in.varint();
    row.flags = in.fixed<FlagBits>();
    row.keywords = in.number<std::uint32_t>();
    row.internal_date = in.time();
    if (row.keywords > f.keyword_sets.size()) in.fail();
  }
}

void write(ByteWriter& out, const FlagsFrame& f) {
  out.varint(f.folder);
  write_enum(out, f.action);
  out.fixed(f.flags);
  out.texts(f.keywords);
  out.uids(f.uids);
}
void read(ByteReader& in, FlagsFrame& f) {
  f.folder = in.number<FolderId>();
  f.action = read_enum(in, FlagAction::remove);
  f.flags = in.fixed<FlagBits>();
  f.keywords = in.texts();
  f.uids = in.uids();
}

void write(ByteWriter& out, const ExpungeFrame& f) {
  out.varint(f.folder);
  out.time(f.date);
  out.uids(f.uids);
}
void read(ByteReader& in, ExpungeFrame& f) {
  f.folder = in.number<FolderId>();
  f.date = in.time();
  f.uids = in.uids();
}

void write(ByteWriter& out, const PurgeFrame& f) {
  out.varint(f.folder);
  out.fixed(static_cast<std::uint8_t>(f.whole_folder));
  out.uids(f.uids);
}
void read(ByteReader& in, PurgeFrame& f) {
  f.folder = in.number<FolderId>();
  f.whole_folder = in.fixed<std::uint8_t>() != 0;
  f.uids = in.uids();
}

void write(ByteWriter& out, const FolderFrame& f) {
  write_enum(out, f.action);
  out.varint(f.id);
  out.text(f.name);
  write_enum(out, f.folder_class);
  write_enum(out, f.special_use);
  out.fixed(f.uid_validity);
  out.uuid(f.guid);
  out.time(f.date);
}
void read(ByteReader& in, FolderFrame& f) {
  f.action = read_enum(in, FolderAction::change);
  f.id = in.number<FolderId>();
  f.name = in.text();
  f.folder_class = read_enum(in, FolderClass::notes);
  f.special_use = read_enum(in, SpecialUse::trash);
  f.uid_validity = in.fixed<std::uint32_t>();
  f.guid = in.uuid();
  f.date = in.time();
}

void write(ByteWriter& out, const AclFrame& f) {
  out.varint(f.folder);
  out.text(f.principal.source);
  out.uuid(f.principal.guid);
  out.text(f.rights);
}
void read(ByteReader& in, AclFrame& f) {
  f.folder = in.number<FolderId>();
  f.principal.source = in.text();
  f.principal.guid = in.uuid();
  f.rights = in.text();
}

void write(ByteWriter& out, const AnnotationFrame& f) {
  out.varint(f.folder);
  out.varint(f.item);
  out.text(f.entry);
  out.text(f.value);
  out.fixed(static_cast<std::uint8_t>(f.remove));
}
void read(ByteReader& in, AnnotationFrame& f) {
  f.folder = in.number<FolderId>();
  f.item = in.varint();
  f.entry = in.text();
  f.value = in.text();
  f.remove = in.fixed<std::uint8_t>() != 0;
}

void write(ByteWriter& out, const ObjectFrame& f) {
  out.varint(f.folder);
  out.varint(f.uid);
  out.text(f.name);
  out.text(f.keys.uid);
  out.fixed(static_cast<std::uint8_t>(f.keys.kind));
  out.time(f.keys.begin);
  out.time(f.keys.end);
}
void read(ByteReader& in, ObjectFrame& f) {
  f.folder = in.number<FolderId>();
  f.uid = in.number<Uid>();
  f.name = in.text();
  f.keys.uid = in.text();
  const auto kind = in.fixed<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(k_last_object_kind)) return in.fail();
  f.keys.kind = static_cast<ObjectKind>(kind);
  f.keys.begin = in.time();
  f.keys.end = in.time();
}

void write(ByteWriter& out, const KeywordFrame& f) {
  out.varint(f.id);
  out.texts(f.names);
}
void read(ByteReader& in, KeywordFrame& f) {
  f.id = in.number<KeywordSetId>();
  f.names = in.texts();
}

void write(ByteWriter& out, const SubscriptionFrame& f) {
  out.text(f.name);
  out.fixed(static_cast<std::uint8_t>(f.subscribed));
}
void read(ByteReader& in, SubscriptionFrame& f) {
  f.name = in.text();
  f.subscribed = in.fixed<std::uint8_t>() != 0;
}

void write(ByteWriter& out, const BatchEndFrame& f) { out.varint(f.frames); }
void read(ByteReader& in, BatchEndFrame& f) { f.frames = in.number<std::uint32_t>(); }

void write(ByteWriter& out, const NoteFrame& f) {
  write_enum(out, f.kind);
  out.time(f.date);
  out.text(f.text);
}
void read(ByteReader& in, NoteFrame& f) {
  f.kind = read_enum(in, NoteKind::restored);
  f.date = in.time();
  f.text = in.text();
}

void write(ByteWriter& out, const PruneFrame& f) { out.varint(f.until); }
void read(ByteReader& in, PruneFrame& f) { f.until = in.varint(); }

void write(ByteWriter& out, const StubFrame& f) {
  out.varint(f.folder);
  out.varint(f.uid);
  out.fixed(f.flags);
  out.time(f.internal_date);
  out.time(f.save_date);
  out.texts(f.keywords);
  out.uuid(f.guid);
  out.varint(f.thread);
  out.varint(f.header_size);
  out.varint(f.size);
}
void read(ByteReader& in, StubFrame& f) {
  f.folder = in.number<FolderId>();
  f.uid = in.number<Uid>();
  f.flags = in.fixed<FlagBits>();
  f.internal_date = in.time();
  f.save_date = in.time();
  f.keywords = in.texts();
  f.guid = in.uuid();
  f.thread = in.varint();
  f.header_size = in.number<std::uint32_t>();
  f.size = in.number<std::uint32_t>();
}

template <class Frame>
Result<Payload> decode(std::string_view bytes) {
  ByteReader in(bytes);
  const auto version = in.fixed<std::uint8_t>();
  if (in.ok() && version > k_version)
    return fail(Errc::unsupported, "a frame written by a later version");
  Frame frame;
  read(in, frame);
  if (!in.ok() || !in.at_end() || version != k_version)
    return fail(Errc::corrupt, "the payload of a frame is wrong");
  return Payload(std::move(frame));
}

struct Row {
  FrameType type;
  std::string_view name;
  Result<Payload> (*decode)(std::string_view);
};

// In the order of Payload's alternatives, so that its index is the row.
constexpr std::array k_rows{Row{FrameType::account, "account", decode<AccountFrame>},
                            Row{FrameType::binding, "binding", decode<BindingFrame>},
                            Row{FrameType::deliver, "deliver", detail::decode_deliver},
                            Row{FrameType::copy, "copy", decode<CopyFrame>},
                            Row{FrameType::move, "move", decode<MoveFrame>},
                            Row{FrameType::flags, "flags", decode<FlagsFrame>},
                            Row{FrameType::expunge, "expunge", decode<ExpungeFrame>},
                            Row{FrameType::purge, "purge", decode<PurgeFrame>},
                            Row{FrameType::folder, "folder", decode<FolderFrame>},
                            Row{FrameType::acl, "acl", decode<AclFrame>},
                            Row{FrameType::annotation, "annotation", decode<AnnotationFrame>},
                            Row{FrameType::object, "object", decode<ObjectFrame>},
                            Row{FrameType::keyword, "keyword", decode<KeywordFrame>},
                            Row{FrameType::subscription, "subscription", decode<SubscriptionFrame>},
                            Row{FrameType::batch_end, "batch_end", decode<BatchEndFrame>},
                            Row{FrameType::note, "note", decode<NoteFrame>},
                            Row{FrameType::prune, "prune", decode<PruneFrame>},
                            Row{FrameType::stub, "stub", decode<StubFrame>}};
static_assert(k_rows.size() == std::variant_size_v<Payload>);

const Row* row_of(FrameType type) noexcept {
  for (const auto& row : k_rows)
    if (row.type == type) return &row;
  return nullptr;
}

struct Encode {
  std::string operator()(const DeliverFrame& frame) const { return detail::encode_deliver(frame); }
  template <class Frame>
  std::string operator()(const Frame& frame) const {
    ByteWriter out;
    out.fixed(k_version);
    write(out, frame);
    return out.take();
  }
};

}  // namespace

FrameType type_of(const Payload& payload) noexcept { return k_rows[payload.index()].type; }

std::string_view name_of(FrameType type) noexcept {
  if (type == FrameType::seal) return "seal";
  if (type == FrameType::reader_flags) return "reader_flags";  // store/mailbox/reader_frame.hpp
  const auto* row = row_of(type);
  return row != nullptr ? row->name : "unknown";
}

std::string encode_payload(const Payload& payload) { return std::visit(Encode{}, payload); }

Result<Payload> decode_payload(FrameType type, std::string_view bytes) {
  const auto* row = row_of(type);
  if (row == nullptr) return fail(Errc::unsupported, "a frame of an unknown type");
  return row->decode(bytes);
}

}  // namespace kontor::store
