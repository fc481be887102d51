// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of SELECT and EXAMINE (RFC 9051, 6.3.2) with CONDSTORE and QRESYNC (RFC 7162, 3.1.8 and
// 3.2.5). Pure; bad_input with a sentence for the client.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

// Message numbers and UIDs that belonged together, pair by pair (RFC 7162, 3.2.5.2).
struct SequenceMatch {
  SequenceSet numbers;
  SequenceSet uids;
};

// What a client knew of a mailbox when it last looked.
struct Resync {
  std::uint32_t uid_validity = 0;
  std::uint64_t modseq = 0;
  std::optional<SequenceSet> known_uids;
  std::optional<SequenceMatch> match;
};

struct Select {
  std::string mailbox;
  bool condstore = false;
  std::optional<Resync> resync;
};
Result<Select> parse_select(std::string_view text, bool utf8);

}  // namespace kontor::imap::wire
