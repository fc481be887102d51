// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of GETMETADATA and SETMETADATA (RFC 5464, 4 and 5), and names of entries. Pure;
// bad_input with a sentence for the client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_entries = 200;       // of one command
inline constexpr std::size_t k_max_entry_name = 1'024;  // bytes

enum class Depth : std::uint8_t { zero, one, infinity };

struct GetMetadata {
  std::string mailbox;  // empty: the server
  std::optional<std::uint64_t> max_size;
  Depth depth = Depth::zero;
  std::vector<std::string> entries;  // lower case
};
Result<GetMetadata> parse_get_metadata(std::string_view text, bool utf8);

struct SetMetadata {
  std::string mailbox;  // empty: the server
  // Lower case; nothing: NIL. Of an entry named twice the last counts.
  std::vector<std::pair<std::string, std::optional<std::string>>> values;
};
Result<SetMetadata> parse_set_metadata(std::string_view text, bool utf8);

// "entry" or "(entry entry)", lower case: also of LIST's return option (RFC 9590).
Result<std::vector<std::string>> parse_entries(Lexer& lexer);

// Is `name` the entry asked for, or below it as deep as `depth` says?
bool covers(std::string_view asked, Depth depth, std::string_view name);

}  // namespace kontor::imap::wire
