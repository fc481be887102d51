// SPDX-License-Identifier: GPL-3.0-or-later
// The base subject by which messages are sorted and threaded (RFC 5256, 2.1). Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor::mime {

// Of a longer subject only the beginning counts, in bytes of UTF-8.
inline constexpr std::size_t k_max_subject = 2'000;

struct BaseSubject {
  std::string text;       // UTF-8, in the case it was written
  bool is_reply = false;  // "Re:", "Fwd:", "(fwd)" or "[Fwd: ...]" was taken away
};
// Of the raw value of a Subject field: encoded words are decoded, white space is folded.
BaseSubject base_subject(std::string_view value);

}  // namespace kontor::mime
