// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/reader_flags.hpp"

#include <algorithm>

#include "store/mailbox/state.hpp"

namespace kontor::store {
namespace {

constexpr ModSeq k_last_modseq = (ModSeq{1} << 48U) - 1;
constexpr FlagBits k_all_but_deleted = k_seen | k_answered | k_flagged | k_draft;
constexpr std::uint8_t k_inherits = 64;
// Under this name stand messages of a person's folder whose last change was of what only he sees
// (\Seen, mostly), with the modseq of the last that others see: they shall not learn what he reads.
const Binding& owner_name() {
  static const Binding nobody;
  return nobody;
}

bool says_seen(const ReaderRow& row) noexcept { return (row.said & k_seen) != 0; }

std::int64_t unseen(FlagBits flags) noexcept { return (flags & k_seen) == 0 ? 1 : 0; }

}  // namespace

std::optional<FlagSharing> parse_flag_sharing(std::string_view word) {
  for (const auto sharing : {FlagSharing::shared, FlagSharing::seen, FlagSharing::all})
    if (word == flag_sharing_text(sharing)) return sharing;
  return std::nullopt;
}

std::string_view flag_sharing_text(FlagSharing sharing) {
  switch (sharing) {
    case FlagSharing::shared:
      return "shared";
    case FlagSharing::seen:
      return "seen";
    case FlagSharing::all:
      break;
  }
  return "all";
}

std::uint8_t OwnFlags::byte() const noexcept {
  return static_cast<std::uint8_t>(flags | (inherits ? k_inherits : 0) |
                                   (keywords ? ReaderRow::k_said_keywords : 0));
}

OwnFlags OwnFlags::of_byte(std::uint8_t byte) noexcept {
  OwnFlags own;
  own.flags = static_cast<FlagBits>(byte & k_all_but_deleted);
  own.keywords = (byte & ReaderRow::k_said_keywords) != 0;
  own.inherits = (byte & k_inherits) != 0;
  return own;
}

OwnFlags own_flags(FlagSharing sharing, bool of_person) {
  OwnFlags own;
  if (sharing == FlagSharing::shared) return own;
  own.flags = sharing == FlagSharing::all ? k_all_but_deleted : k_seen;
  own.keywords = sharing == FlagSharing::all;
  own.inherits = !of_person;
  return own;
}

void ReaderRow::set_modseq(ModSeq modseq) noexcept {
  modseq = std::min(modseq, k_last_modseq);
  modseq_low = static_cast<std::uint32_t>(modseq);
  modseq_high = static_cast<std::uint16_t>(modseq >> 32U);
}

const ReaderRow* ReaderFlags::find(Uid uid) const {
  const auto block = blocks_.find(uid / k_block);
  if (block == blocks_.end()) return nullptr;
  const auto& rows = block->second->rows;
  const auto found = std::ranges::lower_bound(rows, uid, {}, &ReaderRow::uid);
  return found != rows.end() && found->uid == uid ? &*found : nullptr;
}

void ReaderFlags::for_each(const std::function<void(const ReaderRow&)>& visit) const {
  for (const auto& [number, block] : blocks_)
    for (const auto& row : block->rows) visit(row);
}

void ReaderFlags::for_each_above(ModSeq since,
                                 const std::function<void(const ReaderRow&)>& visit) const {
  if (highest_ <= since) return;
  for (const auto& [number, block] : blocks_) {
    if (block->highest <= since) continue;
    for (const auto& row : block->rows)
      if (row.modseq() > since) visit(row);
  }
}

void ReaderFlags::count(const ReaderRow& row, FlagBits base, int by) {
  size_ += static_cast<std::size_t>(by);
  if (!says_seen(row)) return;
  if ((row.flags() & k_seen) != 0) seen_ += static_cast<std::uint64_t>(by);
  more_unseen_ += by * (unseen(row.flags()) - unseen(base));
}

void ReaderFlags::put(EditId edit, const ReaderRow& row, FlagBits base) {
  auto& block = blocks_[row.uid / k_block].edit(edit);
  const auto place = std::ranges::lower_bound(block.rows, row.uid, {}, &ReaderRow::uid);
  if (place != block.rows.end() && place->uid == row.uid) {
    count(*place, base, -1);
    *place = row;
  } else {
    block.rows.insert(place, row);
  }
  count(row, base, 1);
  block.highest = std::max(block.highest, row.modseq());
  raise(row.modseq());
}

void ReaderFlags::erase(EditId edit, Uid uid, FlagBits base) {
  if (find(uid) == nullptr) return;
  const auto number = uid / k_block;
  auto& rows = blocks_[number].edit(edit).rows;
  const auto place = std::ranges::lower_bound(rows, uid, {}, &ReaderRow::uid);
  count(*place, base, -1);
  rows.erase(place);
  if (rows.empty()) blocks_.erase(number);
}

void ReaderFlags::rebase(Uid uid, FlagBits before, FlagBits after) {
  const auto* row = find(uid);
  if (row == nullptr || !says_seen(*row)) return;
  more_unseen_ += unseen(before) - unseen(after);
}

SeenBy seen_by(const OwnFlags& own, const EntryRow& entry, const ReaderRow* row) {
  const auto said = row != nullptr ? row->said : std::uint8_t{0};
  const auto inherited = own.inherits ? entry.flags() : FlagBits{0};
  const auto his = row != nullptr ? row->flags() : FlagBits{0};
  SeenBy out;
  out.flags = static_cast<FlagBits>((entry.flags() & ~own.flags) | (his & own.flags & said) |
                                    (inherited & own.flags & ~said));
  out.keywords = entry.keywords();
  if (own.keywords && (said & ReaderRow::k_said_keywords) != 0)
    out.keywords = row->keywords();
  else if (own.keywords && !own.inherits)
    out.keywords = 0;
  out.modseq = entry.modseq;
  if (row != nullptr && own.any()) out.modseq = std::max(out.modseq, row->modseq());
  return out;
}

FlagSharing flag_sharing_in(const AccountState& state, const FolderState& folder) {
  if (folder.flag_sharing) return *folder.flag_sharing;
  return state.flag_sharing.value_or(k_default_flag_sharing);
}

ModSeq flags_since(const AccountState& state, const FolderState& folder) {
  return std::max(state.flags_since, folder.flags_since);
}

OwnFlags own_flags_in(const AccountState& state, const FolderState& folder) {
  return own_flags(flag_sharing_in(state, folder), state.of_person());
}

ReaderSight::ReaderSight(const AccountState& state,
                         const FolderState& folder,
                         const Binding& reader)
    : own_(own_flags_in(state, folder)),
      since_(flags_since(state, folder)),
      highest_(std::max(folder.info.highest_modseq, since_)) {
  if (!own_.any()) return;
  his_ = flags_of_reader(folder, reader);
  if (!own_.inherits) {
    owners_ = flags_of_reader(folder, owner_name());
    highest_ = std::max(folder.common_modseq, since_);
  }
  if (his_ != nullptr) highest_ = std::max(highest_, his_->highest_modseq());
}

SeenBy ReaderSight::of(const EntryRow& entry) const {
  const auto* owners = owners_ != nullptr ? owners_->find(entry.uid) : nullptr;
  EntryRow common = entry;
  if (owners != nullptr) common.modseq = owners->modseq();
  auto seen = seen_by(own_, common, his_ != nullptr ? his_->find(entry.uid) : nullptr);
  seen.modseq = std::max(seen.modseq, since_);
  return seen;
}

const ReaderFlags* flags_of_reader(const FolderState& folder, const Binding& reader) {
  if (folder.readers.empty()) return nullptr;
  const auto found = folder.readers->find(reader);
  return found == folder.readers->end() ? nullptr : &*found->second;
}

std::size_t reader_rows(const FolderState& folder) {
  std::size_t rows = 0;
  if (folder.readers.empty()) return rows;
  for (const auto& [who, flags] : *folder.readers) rows += flags->size();
  return rows;
}

void apply_reader_flags(AccountState& state, const ReaderFlagsFrame& frame, ModSeq modseq) {
  auto* folder = is_recoverable(frame.folder) ? nullptr : state.edit_folder(frame.folder);
  if (folder == nullptr || frame.reader.source.empty()) return;
  const auto own = OwnFlags::of_byte(frame.own);
  auto& reader = folder->readers.edit(state.edit)[frame.reader].edit(state.edit);
  for (const Uid uid : frame.uids) {
    const auto* entry = folder->entries.find_key(uid);
    if (entry == nullptr) continue;
    ReaderRow row;
    row.uid = uid;
    if (const auto* known = reader.find(uid)) row = *known;
    const auto before = seen_by(own, *entry, &row);
    const auto said =
        static_cast<FlagBits>(own.flags & (frame.action == FlagAction::set ? 0xFF : frame.flags));
    const auto flags = static_cast<FlagBits>(
        (row.flags() & ~said) | (changed_flags(before.flags, frame.action, frame.flags) & said));
    auto keywords = row.keywords();
    if (own.keywords && (frame.action == FlagAction::set || !frame.keywords.empty())) {
      keywords = state.keywords.edit(state.edit)
                     .change(before.keywords, frame.action, frame.keywords)
                     .value_or(before.keywords);
      row.said |= ReaderRow::k_said_keywords;
    }
    row.set_marks(flags, keywords);
    row.said |= said;
    row.set_modseq(modseq);
    reader.put(state.edit, row, entry->flags());
  }
  reader.raise(modseq);
}

void copy_reader_flags(AccountState& state,
                       const ReaderTable& from,
                       FolderState& to,
                       const std::vector<CopiedUid>& uids,
                       ModSeq modseq) {
  for (const auto& [who, flags] : from) {
    if (who == owner_name()) continue;
    for (const auto& uid : uids) {
      const auto* known = flags->find(uid.from);
      if (known == nullptr) continue;
      const auto* entry = to.entries.find_key(uid.to);
      if (entry == nullptr) continue;
      ReaderRow row = *known;
      row.uid = uid.to;
      row.set_modseq(modseq);
      to.readers.edit(state.edit)[who].edit(state.edit).put(state.edit, row, entry->flags());
    }
  }
}

namespace {

// Others cannot see that change.
bool is_of_owner_alone(const AccountState& state,
                       const FolderState& folder,
                       const EntryRow& row,
                       const Rebased& after) {
  if (!state.of_person() || folder.access.empty() || folder.access->empty()) return false;
  const auto own = own_flags_in(state, folder);
  return own.any() && ((row.flags() ^ after.flags) & ~own.flags) == 0 &&
         (own.keywords || row.keywords() == after.keywords);
}

}  // namespace

void rebase_readers(AccountState& state, FolderState& folder, const EntryRow& row, Rebased after) {
  if (!folder.readers.empty() && ((row.flags() ^ after.flags) & k_seen) != 0)
    for (auto& [who, flags] : folder.readers.edit(state.edit))
      if (flags->find(row.uid) != nullptr)
        flags.edit(state.edit).rebase(row.uid, row.flags(), after.flags);
  const auto* owners = flags_of_reader(folder, owner_name());
  const bool is_known = owners != nullptr && owners->find(row.uid) != nullptr;
  if (is_of_owner_alone(state, folder, row, after)) {
    if (is_known) return;
    ReaderRow known;
    known.uid = row.uid;
    known.set_modseq(row.modseq);
    folder.readers.edit(state.edit)[owner_name()]
        .edit(state.edit)
        .put(state.edit, known, after.flags);
    return;
  }
  folder.common_modseq = after.modseq;
  if (is_known)
    folder.readers.edit(state.edit)[owner_name()].edit(state.edit).erase(state.edit, row.uid, 0);
}

void forget_readers(AccountState& state, FolderState& folder, const EntryRow& row) {
  if (folder.readers.empty()) return;
  for (auto& [who, flags] : folder.readers.edit(state.edit))
    if (flags->find(row.uid) != nullptr)
      flags.edit(state.edit).erase(state.edit, row.uid, row.flags());
}

}  // namespace kontor::store
