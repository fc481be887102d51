// SPDX-License-Identifier: GPL-3.0-or-later
// Readers: whoever reads folders of an account that is not his own, and the flags that he has
// there for himself. Values only.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "store/format/types.hpp"

namespace kontor::store {

// Which flags of a folder each reader has for himself. \Deleted is common to all: EXPUNGE goes by
// it. Numbers are on disk (docs/formats/frames.md).
enum class FlagSharing : std::uint8_t { shared, seen, all };
inline constexpr FlagSharing k_default_flag_sharing = FlagSharing::seen;
// The annotation of a folder, or of the account, that says so.
inline constexpr std::string_view k_flag_sharing = "/kontor/flags";
std::optional<FlagSharing> parse_flag_sharing(std::string_view word);  // "shared", "seen", "all"
std::string_view flag_sharing_text(FlagSharing sharing);

// The annotation of the account that says whose the flags of its folders are: 1, those of a person
// who reads it as his own, which say nothing to others; 0, of nobody (shared mailboxes, public
// folders), so that they count until a reader says otherwise. Without: 1. It stands in the log, not
// with who asks, so that the sequences that readers are told never go back.
inline constexpr std::string_view k_owner_reads = "/kontor/owner-reads";

// What a reader has for himself, and what holds of it where he has said nothing. As a byte on disk:
// the flags' own bits, 64 inherits, 128 keywords.
struct OwnFlags {
  FlagBits flags = 0;
  bool keywords = false;
  bool inherits = false;  // the folder's count, else none
  bool any() const noexcept { return flags != 0 || keywords; }
  std::uint8_t byte() const noexcept;
  static OwnFlags of_byte(std::uint8_t byte) noexcept;
};
OwnFlags own_flags(FlagSharing sharing, bool of_person);

}  // namespace kontor::store
