// SPDX-License-Identifier: GPL-3.0-or-later
// ReaderFlags: the flags that one reader has for himself in a folder, in the state of its account.
//
// Rows stand by UID in blocks of 1,024 UIDs; a change copies one block of at most 16 KB. A row is
// there from the reader's first change of a message until the message leaves the folder, so that
// memory is bounded by the messages that are there and those who read them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "store/mailbox/cow.hpp"
#include "store/mailbox/reader.hpp"
#include "store/mailbox/reader_frame.hpp"

namespace kontor::store {

struct EntryRow;
struct AccountState;
struct FolderState;

// In 16 bytes: modseq has 48 bits here, as in a TombRow.
struct ReaderRow {
  Uid uid = 0;
  std::uint32_t marks = 0;  // keyword set << 8 | flags
  std::uint32_t modseq_low = 0;
  std::uint16_t modseq_high = 0;
  std::uint8_t said = 0;  // which flags he has said something of; bit 7: keywords
  std::uint8_t zero = 0;

  static constexpr std::uint8_t k_said_keywords = 128;
  FlagBits flags() const noexcept { return static_cast<FlagBits>(marks); }
  KeywordSetId keywords() const noexcept { return marks >> 8U; }
  void set_marks(FlagBits flags, KeywordSetId set) noexcept { marks = set << 8U | flags; }
  ModSeq modseq() const noexcept { return ModSeq{modseq_high} << 32U | modseq_low; }
  void set_modseq(ModSeq modseq) noexcept;
  bool operator==(const ReaderRow&) const = default;
};
static_assert(sizeof(ReaderRow) == 16);

class ReaderFlags {
 public:
  const ReaderRow* find(Uid uid) const;
  std::size_t size() const noexcept { return size_; }
  ModSeq highest_modseq() const noexcept { return highest_; }  // never goes back
  // Messages that he has said are seen; and how many more are unseen by what he said than by the
  // folder's own flags, of those he said anything about.
  std::uint64_t seen() const noexcept { return seen_; }
  std::int64_t more_unseen() const noexcept { return more_unseen_; }
  void for_each(const std::function<void(const ReaderRow&)>& visit) const;
  void for_each_above(ModSeq since, const std::function<void(const ReaderRow&)>& visit) const;

  // `base`: the folder's own flags of the message.
  void put(EditId edit, const ReaderRow& row, FlagBits base);
  void erase(EditId edit, Uid uid, FlagBits base);
  // The folder's own flags of a message have changed.
  void rebase(Uid uid, FlagBits before, FlagBits after);
  void raise(ModSeq modseq) { highest_ = std::max(highest_, modseq); }

 private:
  static constexpr Uid k_block = 1'024;
  struct Block {
    ModSeq highest = 0;
    std::vector<ReaderRow> rows;  // by UID
  };
  void count(const ReaderRow& row, FlagBits base, int by);

  std::map<Uid, Cow<Block>> blocks_;  // by UID / k_block
  std::size_t size_ = 0;
  ModSeq highest_ = 0;
  std::uint64_t seen_ = 0;
  std::int64_t more_unseen_ = 0;
};

using ReaderTable = std::map<Binding, Cow<ReaderFlags>>;

// What a reader sees of a message.
struct SeenBy {
  FlagBits flags = 0;
  KeywordSetId keywords = 0;
  ModSeq modseq = 0;
};
SeenBy seen_by(const OwnFlags& own, const EntryRow& entry, const ReaderRow* row);
// What one reader sees in a folder; valid as long as the folder.
class ReaderSight {
 public:
  ReaderSight(const AccountState& state, const FolderState& folder, const Binding& reader);
  SeenBy of(const EntryRow& entry) const;
  const OwnFlags& own() const noexcept { return own_; }
  const ReaderFlags* his() const noexcept { return his_; }  // nullptr: he has said nothing
  ModSeq since() const noexcept { return since_; }          // all is changed since then
  ModSeq highest_modseq() const noexcept { return highest_; }

 private:
  OwnFlags own_;
  const ReaderFlags* his_ = nullptr;
  const ReaderFlags* owners_ = nullptr;
  ModSeq since_ = 0;
  ModSeq highest_ = 0;
};

// What holds in this folder, and the frame since which it does: to readers every message of it has
// changed then.
FlagSharing flag_sharing_in(const AccountState& state, const FolderState& folder);
OwnFlags own_flags_in(const AccountState& state, const FolderState& folder);
ModSeq flags_since(const AccountState& state, const FolderState& folder);
const ReaderFlags* flags_of_reader(const FolderState& folder, const Binding& reader);
// Rows of all readers in a folder.
std::size_t reader_rows(const FolderState& folder);

// Changes of a state, by frames.
void apply_reader_flags(AccountState& state, const ReaderFlagsFrame& frame, ModSeq modseq);
// A copy of a message has the flags of the message for everybody; it comes by the frame `modseq`.
struct CopiedUid {
  Uid from = 0, to = 0;
};
void copy_reader_flags(AccountState& state,
                       const ReaderTable& from,
                       FolderState& to,
                       const std::vector<CopiedUid>& uids,
                       ModSeq modseq);
// The folder's own flags of a message change from those in `row`.
struct Rebased {
  FlagBits flags = 0;
  KeywordSetId keywords = 0;
  ModSeq modseq = 0;
};
void rebase_readers(AccountState& state, FolderState& folder, const EntryRow& row, Rebased after);
void forget_readers(AccountState& state, FolderState& folder, const EntryRow& row);

}  // namespace kontor::store
