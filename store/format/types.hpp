// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the store: ids, flags, entries and items, as every layer above uses them. Values
// only.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "base/core/uuid.hpp"

namespace kontor::store {

using AccountId = Uuid;          // Kontor's own, random, never reused
using FolderId = std::uint32_t;  // within an account; never reused
using ItemId = std::uint64_t;    // within an account; a message's body and structure; never reused
using Uid = std::uint32_t;       // within a folder (RFC 9051, 2.3.1.1)
using ModSeq =
    std::uint64_t;  // one counter an account: the sequence number of the frame (RFC 7162)
using KeywordSetId = std::uint32_t;  // an interned set of keywords; 0 is the empty set

inline constexpr FolderId k_inbox = 1;
inline constexpr FolderId k_last_folder =
    0x3FFF'FFFF;  // the bits above have a meaning of their own
// What was expunged from folder F and can be brought back is itself a folder: F with this bit.
inline constexpr FolderId k_expunged_bit = 0x8000'0000;
// A deleted folder F is read under F with this bit, so that nobody takes it for a living one.
inline constexpr FolderId k_deleted_bit = 0x4000'0000;
constexpr FolderId expunged_of(FolderId folder) noexcept { return folder | k_expunged_bit; }
constexpr FolderId original_of(FolderId folder) noexcept { return folder & k_last_folder; }
constexpr bool is_recoverable(FolderId folder) noexcept { return folder > k_last_folder; }

// Whose account it is in a directory: the source's name ("local", "ad") and entryUUID or
// objectGUID.
struct Binding {
  std::string source;
  Uuid guid;
  auto operator<=>(const Binding&) const = default;
};

enum class FolderClass : std::uint8_t { mail, calendar, contacts, tasks, notes };
enum class SpecialUse : std::uint8_t {
  none,
  all,
  archive,
  drafts,
  flagged,
  important,
  junk,
  sent,
  trash
};

// What is known of an object without reading it.
enum class ObjectKind : std::uint8_t { other, event, task, journal, busy, card };
inline constexpr ObjectKind k_last_object_kind = ObjectKind::card;
struct ObjectKeys {
  std::string uid;  // its own, by which other programs know it (iCalendar, vCard); empty: none
  ObjectKind kind = ObjectKind::other;
  // It lies within [begin, end) whatever zone floating times are read in; begin == end: not known.
  UtcSeconds begin{};
  UtcSeconds end{};
  bool operator==(const ObjectKeys&) const = default;
};

// System flags of an entry, as bits (RFC 9051, 2.3.2).
using FlagBits = std::uint8_t;
inline constexpr FlagBits k_seen = 1, k_answered = 2, k_flagged = 4, k_deleted = 8, k_draft = 16;

// What a flag change does with the flags it names (RFC 9051, 6.4.6).
enum class FlagAction : std::uint8_t { set, add, remove };

// One message in one folder.
struct Entry {
  Uid uid = 0;
  FlagBits flags = 0;
  KeywordSetId keywords = 0;
  ItemId item = 0;
  ModSeq modseq = 0;
  UtcSeconds internal_date{};
  UtcSeconds save_date{};  // when it came into this folder (RFC 8514)
};

// A log and its generation as one number: compaction writes a sealed log anew as the next
// generation. As it was first written a log is of generation 1, and the number is its own.
inline constexpr unsigned k_log_bits = 27;
inline constexpr std::uint32_t k_last_log = (1U << k_log_bits) - 1;
inline constexpr std::uint32_t k_last_generation = 32;
constexpr std::uint32_t log_number(std::uint32_t log) noexcept { return log & k_last_log; }
constexpr std::uint32_t log_generation(std::uint32_t log) noexcept {
  return (log >> k_log_bits) + 1;
}
constexpr std::uint32_t log_of(std::uint32_t number, std::uint32_t generation) noexcept {
  return (generation - 1) << k_log_bits | number;
}

// Where a frame stands: the log with its generation, and the offset of the frame's first byte.
// Positions compare by place within one generation only.
struct LogPosition {
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const LogPosition&) const = default;
};

// The immutable part of a message, shared by all entries that show it.
struct Item {
  ItemId id = 0;
  Uuid guid;                 // EMAILID (RFC 8474)
  std::uint64_t thread = 0;  // THREADID; 0: delivered before it was computed
  std::uint64_t size = 0;    // RFC822.SIZE
  std::uint32_t header_size = 0;
  LogPosition position;  // of the frame that holds it
};

}  // namespace kontor::store
