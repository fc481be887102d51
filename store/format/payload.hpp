// SPDX-License-Identifier: GPL-3.0-or-later
// What the frames of an account's log say, as values, and their bytes (docs/formats/frames.md).
//
// decode_payload(type, encode_payload(x)) == x. Any bytes decode to a value or to an error:
// corrupt (not a payload of that type), unsupported (written by a later version). Pure; the views
// in a decoded Deliver point into the bytes given. Nothing here knows how an account reacts to a
// frame: that is store/mailbox/apply.hpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.hpp"
#include "store/format/frame_type.hpp"
#include "store/format/types.hpp"

namespace kontor::store {

enum class AccountKind : std::uint8_t { person, shared, room, public_tree };

struct AccountFrame {
  AccountId id;
  AccountKind kind = AccountKind::person;
  UtcSeconds created{};
  bool operator==(const AccountFrame&) const = default;
};

struct BindingFrame {
  Binding owner;
  bool operator==(const BindingFrame&) const = default;
};

// A new item and its entry. The item's id is the sequence number of this frame.
struct DeliverFrame {
  FolderId folder = k_inbox;
  Uid uid = 0;  // 0: the folder's next, in log order
  FlagBits flags = 0;
  UtcSeconds internal_date{};
  UtcSeconds save_date{};
  std::vector<std::string> keywords;
  Uuid guid;
  std::uint64_t thread = 0;
  std::uint32_t header_size = 0;
  std::string_view envelope, body, bodystructure, preview;
  std::string_view raw;
  bool operator==(const DeliverFrame&) const = default;
};

// One entry carried to another folder, with all that its new row needs.
struct TransferRow {
  Uid from = 0;
  ItemId item = 0;
  FlagBits flags = 0;
  std::uint32_t keywords = 0;  // index + 1 into TransferFrame::keyword_sets; 0: none
  UtcSeconds internal_date{};
  bool operator==(const TransferRow&) const = default;
};
struct TransferFrame {
  FolderId from = 0;
  FolderId to = 0;
  Uid first_uid = 0;  // of the new entries, consecutive; 0: the folder's next, in log order
  UtcSeconds save_date{};
  std::vector<std::vector<std::string>> keyword_sets;
  std::vector<TransferRow> rows;  // ascending by `from`
  bool operator==(const TransferFrame&) const = default;
};
struct CopyFrame : TransferFrame {
  bool operator==(const CopyFrame&) const = default;
};
struct MoveFrame : TransferFrame {  // the rows leave `from`
  bool operator==(const MoveFrame&) const = default;
};

struct FlagsFrame {
  FolderId folder = 0;
  FlagAction action = FlagAction::add;
  FlagBits flags = 0;
  std::vector<std::string> keywords;
  std::vector<Uid> uids;  // ascending
  bool operator==(const FlagsFrame&) const = default;
};

struct ExpungeFrame {
  FolderId folder = 0;
  UtcSeconds date{};
  std::vector<Uid> uids;  // ascending
  bool operator==(const ExpungeFrame&) const = default;
};

// Expunged entries that nobody may bring back any more, named in their companion folder
// (k_expunged_bit; without it, by the UIDs that they had in the folder itself); or all of a deleted
// folder.
struct PurgeFrame {
  FolderId folder = 0;
  bool whole_folder = false;
  std::vector<Uid> uids;  // ascending
  bool operator==(const PurgeFrame&) const = default;
};

enum class FolderAction : std::uint8_t { create, rename, remove, change };
struct FolderFrame {  // every field says how the folder is after the frame
  FolderAction action = FolderAction::create;
  FolderId id = 0;
  std::string name;
  FolderClass folder_class = FolderClass::mail;
  SpecialUse special_use = SpecialUse::none;
  std::uint32_t uid_validity = 0;
  Uuid guid;
  UtcSeconds date{};
  bool operator==(const FolderFrame&) const = default;
};

struct AclFrame {
  FolderId folder = 0;
  Binding principal;   // {source, GUID}; an empty source: anyone
  std::string rights;  // RFC 4314 letters; empty: the entry goes
  bool operator==(const AclFrame&) const = default;
};

struct AnnotationFrame {
  FolderId folder = 0;  // 0: of the account
  ItemId item = 0;      // 0: of the folder
  std::string entry;    // RFC 5464 name
  std::string value;
  bool remove = false;
  bool operator==(const AnnotationFrame&) const = default;
};

// An item of a folder with names (calendar, contacts ...) is called this from here on, whatever it
// was called before. What else had the name in the folder has lost it.
struct ObjectFrame {
  FolderId folder = 0;
  Uid uid = 0;
  std::string name;
  ObjectKeys keys;
  bool operator==(const ObjectFrame&) const = default;
};

// A keyword set under a number of its own: only compaction writes it, ahead of what uses it.
struct KeywordFrame {
  KeywordSetId id = 0;
  std::vector<std::string> names;
  bool operator==(const KeywordFrame&) const = default;
};

struct SubscriptionFrame {
  std::string name;
  bool subscribed = false;
  bool operator==(const SubscriptionFrame&) const = default;
};

struct BatchEndFrame {
  std::uint32_t frames = 0;
  bool operator==(const BatchEndFrame&) const = default;
};

enum class NoteKind : std::uint8_t { text, damage, restored };
struct NoteFrame {
  NoteKind kind = NoteKind::text;
  UtcSeconds date{};
  std::string text;
  bool operator==(const NoteFrame&) const = default;
};

// What left its folder by this frame or an earlier one is forgotten: clients that were away for
// longer compare everything. What can still be brought back stays until it is purged.
struct PruneFrame {
  std::uint64_t until = 0;  // a sequence number
  bool operator==(const PruneFrame&) const = default;
};

// What is left of a DeliverFrame whose item is dead: all that the frames behind it need.
struct StubFrame {
  FolderId folder = k_inbox;
  Uid uid = 0;
  FlagBits flags = 0;
  UtcSeconds internal_date{};
  UtcSeconds save_date{};
  std::vector<std::string> keywords;
  Uuid guid;
  std::uint64_t thread = 0;
  std::uint32_t header_size = 0;
  std::uint32_t size = 0;  // of the message
  bool operator==(const StubFrame&) const = default;
};

using Payload = std::variant<AccountFrame,
                             BindingFrame,
                             DeliverFrame,
                             CopyFrame,
                             MoveFrame,
                             FlagsFrame,
                             ExpungeFrame,
                             PurgeFrame,
                             FolderFrame,
                             AclFrame,
                             AnnotationFrame,
                             ObjectFrame,
                             KeywordFrame,
                             SubscriptionFrame,
                             BatchEndFrame,
                             NoteFrame,
                             PruneFrame,
                             StubFrame>;

FrameType type_of(const Payload& payload) noexcept;
std::string_view name_of(FrameType type) noexcept;  // "deliver"; "unknown"
std::string encode_payload(const Payload& payload);
Result<Payload> decode_payload(FrameType type, std::string_view bytes);

// A deliver payload is laid out so that parts of it can be read by range: [0, raw_offset) holds
// everything but the message, whose bytes follow to the end: as they are, or packed by compaction.
struct DeliverHead {
  DeliverFrame frame;  // raw is empty unless its bytes were given
  std::uint32_t raw_offset = 0;
  std::uint64_t raw_size = 0;  // of the message as it was delivered
  bool packed = false;         // what follows is its packed form (store/format/packed.hpp)
};
inline constexpr std::size_t k_deliver_prefix = 24;
inline constexpr std::uint8_t k_codec_packed = 1;  // of the frame of a packed message
// Of at least the first raw_offset bytes of a payload; checked by a checksum of its own.
Result<DeliverHead> decode_deliver_head(std::string_view bytes);
// Has what follows the head the length that the head says?
Result<void> check_deliver_length(const DeliverHead& head, std::string_view payload);
// The payload with its message packed; nothing: it is already, or it does not pay.
std::optional<std::string> pack_deliver(std::string_view payload);
// The payload with its message as it was delivered. decode_payload() takes no other.
Result<std::string> unpack_deliver(std::string payload);
// What is left of a message that is dead. corrupt.
Result<StubFrame> stub_of(std::string_view payload);
// The size of the message in a deliver payload of our own.
std::uint64_t deliver_raw_size(std::string_view payload);
// Sets the UID of an encoded deliver payload (it lies outside the head's checksum).
void set_deliver_uid(std::string& payload, Uid uid);

namespace detail {
std::string encode_deliver(const DeliverFrame& frame);
Result<Payload> decode_deliver(std::string_view bytes);
}  // namespace detail

}  // namespace kontor::store
