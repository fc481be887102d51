// SPDX-License-Identifier: GPL-3.0-or-later
// Message-ID, References and In-Reply-To (RFC 5322, 3.6.4), for threading (RFC 5256, REFERENCES).
// Pure; what is no msg-id is passed over.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kontor::mime {

// Of more references the first and the last k_max_references - 1 count.
inline constexpr std::size_t k_max_references = 64;

// The msg-ids of a field's value without angle brackets, in order, normalised: quoting of the local
// part undone, blanks and comments gone. A msg-id has an '@' with something on both sides.
std::vector<std::string> parse_message_ids(std::string_view value);

struct ThreadFields {
  std::string message_id;               // empty: none that is valid
  std::vector<std::string> references;  // ancestors, the oldest first; the last is the parent
};
// RFC 5256, REFERENCES: References, or else the first msg-id of In-Reply-To.
ThreadFields thread_fields(std::string_view header);

}  // namespace kontor::mime
