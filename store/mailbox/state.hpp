// SPDX-License-Identifier: GPL-3.0-or-later
// AccountState: what an account is after some frame of its log. A pure function of the frames.
//
// Rows stand in chunks as they are (40 bytes an entry, 64 an item): a flag change copies one chunk
// of at most 40 KB (bench/columns_bench.cpp). Everything is shared between states by Cow; a state
// that is part of an AccountView never changes. Changing functions: store/mailbox/apply.hpp.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/format/payload.hpp"
#include "store/format/types.hpp"
#include "store/mailbox/access_list.hpp"
#include "store/mailbox/annotations.hpp"
#include "store/mailbox/chunk_tree.hpp"
#include "store/mailbox/keyword_table.hpp"
#include "store/mailbox/object_table.hpp"
#include "store/mailbox/quota.hpp"
#include "store/mailbox/reader_flags.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::store {

struct EntryRow {
  Uid uid = 0;
  std::uint32_t marks = 0;  // keyword set << 8 | flags
  ItemId item = 0;
  ModSeq modseq = 0;
  std::int64_t internal_date = 0;
  std::int64_t save_date = 0;

  FlagBits flags() const noexcept { return static_cast<FlagBits>(marks); }
  KeywordSetId keywords() const noexcept { return marks >> 8U; }
  void set_marks(FlagBits flags, KeywordSetId keywords) noexcept { marks = keywords << 8U | flags; }
  bool operator==(const EntryRow&) const = default;
};
static_assert(sizeof(EntryRow) == 40);

struct ItemRow {
  ItemId id = 0;
  Uuid guid;
  std::uint64_t thread = 0;
  std::uint64_t offset = 0;  // of the frame
  std::uint32_t file = 0;
  std::uint32_t raw_offset = 0;  // of the message in the frame's payload; 0: a stub, without bytes
  std::uint32_t size = 0;
  std::uint32_t header_size = 0;
  std::uint32_t uses = 0;   // entries, those of deleted folders and expunged ones too
  std::uint32_t shown = 0;  // entries of folders that views show: what counts for the quota
  bool operator==(const ItemRow&) const = default;
};
static_assert(sizeof(ItemRow) == 64);

// An entry that left its folder, in 16 bytes: sequence numbers have 48 bits here, enough for a
// frame every microsecond through nine years.
class TombRow {
 public:
  TombRow() = default;
  TombRow(Uid uid, ModSeq modseq, ItemId item) : uid_(uid) {
    modseq = std::min(modseq, k_most);
    modseq_low_ = static_cast<std::uint32_t>(modseq);
    modseq_high_ = static_cast<std::uint16_t>(modseq >> 32U);
    set_item(item);
  }
  Uid uid() const noexcept { return uid_; }
  ModSeq modseq() const noexcept { return ModSeq{modseq_high_} << 32U | modseq_low_; }
  // 0: moved away or purged. Else what was expunged: with the modseq it finds the row of the
  // companion folder that a purge by the old UID means
  ItemId item() const noexcept { return ItemId{item_high_} << 32U | item_low_; }
  void set_item(ItemId item) noexcept {
    item = std::min(item, k_most);
    item_low_ = static_cast<std::uint32_t>(item);
    item_high_ = static_cast<std::uint16_t>(item >> 32U);
  }
  bool operator==(const TombRow&) const = default;

 private:
  static constexpr std::uint64_t k_most = (std::uint64_t{1} << 48U) - 1;
  Uid uid_ = 0;
  std::uint16_t modseq_high_ = 0, item_high_ = 0;
  std::uint32_t modseq_low_ = 0, item_low_ = 0;
};
static_assert(sizeof(TombRow) == 16);

// The first frame of a day, by the dates in frames: tells how old tombstones are.
struct DayMark {
  std::uint32_t day = 0;  // since 1970, UTC
  ModSeq first = 0;
  bool operator==(const DayMark&) const = default;
};

template <>
struct RowTraits<EntryRow> {
  static std::uint64_t key(const EntryRow& row) noexcept { return row.uid; }
  static std::uint64_t mark(const EntryRow& row) noexcept { return row.modseq; }
};
template <>
struct RowTraits<ReaderRow> {
  static std::uint64_t key(const ReaderRow& row) noexcept { return row.uid; }
  static std::uint64_t mark(const ReaderRow& row) noexcept { return row.modseq(); }
};
template <>
struct RowTraits<ItemRow> {
  static std::uint64_t key(const ItemRow& row) noexcept { return row.id; }
  static std::uint64_t mark(const ItemRow&) noexcept { return 0; }
};
template <>
struct RowTraits<TombRow> {
  static std::uint64_t key(const TombRow& row) noexcept { return row.modseq(); }
  static std::uint64_t mark(const TombRow& row) noexcept { return row.modseq(); }
};

// A folder, or what was expunged from one (store/format/types.hpp: k_expunged_bit): then without a
// name, its entries are the expunged ones under UIDs of their own in the order of their expunging,
// with flags (but \Deleted), keywords and INTERNALDATE, and the time of it as their save date.
struct FolderState {
  FolderInfo info;
  bool removed = false;           // kept for undelete until purged; not among the folders of views
  std::int64_t removed_date = 0;  // when; seconds since 1970
  ChunkTree<EntryRow> entries;
  ChunkTree<TombRow> tombs;
  ModSeq oldest_tomb = 0;  // what left by an earlier frame is not known any more
  Cow<std::map<KeywordSetId, std::uint64_t>> keyword_use;  // entries per set, without the empty one
  Cow<AccessList> access;
  Cow<AnnotationMap> annotations;
  Cow<ObjectTable> objects;                 // of a folder of another class than mail
  Cow<ReaderTable> readers;                 // flags that others have for themselves
  ModSeq common_modseq = 0;                 // of the last change that others than the owner see
  std::optional<FlagSharing> flag_sharing;  // nothing: as the account
  ModSeq flags_since = 0;                   // the frame that said so

  bool shown() const noexcept { return !removed && !is_recoverable(info.id); }
};

struct AccountState {
  EditId edit = 1;
  std::optional<Binding> reader;  // of a copy for views: who sees it so (reader_account.hpp)
  AccountId id;
  AccountKind kind = AccountKind::person;
  UtcSeconds created{};
  Binding owner;
  std::vector<Cow<FolderState>> folders;                      // ascending by id
  Cow<std::map<std::string, FolderId, std::less<>>> by_name;  // without removed ones
  Cow<std::set<std::string, std::less<>>> subscriptions;
  ChunkTree<ItemRow> items;
  Cow<KeywordTable> keywords;
  FolderId next_folder = k_inbox;
  std::uint32_t last_uid_validity = 0;  // never given again, even after its folder is gone
  ModSeq modseq = 0;                    // sequence of the last frame
  ModSeq sharing_modseq =
      0;  // of the last that changed a list, a folder, an address or the owner; since loaded
  Usage usage;
  OwnLimits own_limits;
  bool quota_warned = false;                // the owner has a letter that says how full it is
  std::optional<UtcSeconds> gone_since;     // when the directory was first seen without the owner
  Cow<std::vector<DayMark>> days;           // ascending; those that tombstones may be older than
  Cow<AnnotationMap> annotations;           // of the server, as its owner sees it
  std::optional<FlagSharing> flag_sharing;  // of folders that have none of their own
  ModSeq flags_since = 0;                   // the last frame that changed it, or owner_reads
  std::optional<bool> owner_reads;          // see k_owner_reads

  bool of_person() const noexcept { return owner_reads.value_or(true); }
  // Folders, removed ones too; nullptr when there never was one.
  const FolderState* find(FolderId id) const;
  // Folders that views show.
  const FolderState* find_shown(FolderId id) const;
  std::optional<FolderId> find_name(std::string_view name) const;
  FolderState* edit_folder(FolderId id);
  const KeywordTable& keyword_table() const;
};

// The usage that the rows say, counted from nothing.
Usage recount(const AccountState& state);

// Folders that views show, and the bytes of their annotations and the server's.
std::uint64_t folder_count(const AccountState& state);
std::uint64_t annotation_bytes(const AccountState& state);
// A copy of the annotations of the account itself; nothing: there are none.
std::shared_ptr<const AnnotationMap> notes_of(const AccountState& state);

// Two states that show and keep the same, whatever chunks they are made of and in whatever
// generation of a log their messages stand. Says the first difference; empty: none.
std::string difference(const AccountState& a, const AccountState& b);

}  // namespace kontor::store
