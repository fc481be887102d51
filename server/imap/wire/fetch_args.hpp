// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of FETCH (RFC 9051, 6.4.5 and 9: fetch; RFC 7162, 3.1.4; RFC 8970; RFC 8514; RFC 8474;
// RFC 9394).
// Pure; bad_input with a sentence for the client.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_fetch_items = 200;    // of one command
inline constexpr std::size_t k_max_section_path = 100;   // numbers of one section
inline constexpr std::size_t k_max_header_fields = 200;  // names of one HEADER.FIELDS

// Items that are answered from columns and fragments, as bits.
namespace fetch {
inline constexpr unsigned uid = 1, flags = 2, internaldate = 4, size = 8, envelope = 16, body = 32,
                          bodystructure = 64, modseq = 128, preview = 256, savedate = 512,
                          emailid = 1024, threadid = 2048;
}  // namespace fetch

enum class SectionPart : unsigned char { all, header, fields, fields_not, text, mime };

// What stands in brackets: "1.2.HEADER.FIELDS (SUBJECT)".
struct Section {
  std::vector<std::uint32_t> path;
  SectionPart part = SectionPart::all;
  std::vector<std::string> names;  // of header fields, as written
};

struct Partial {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // not 0
};

enum class BodyKind : unsigned char { body, binary, binary_size };

// An item that is answered from the message's bytes.
struct BodyItem {
  BodyKind kind = BodyKind::body;
  bool peek = false;  // does not set \Seen
  Section section;
  std::optional<Partial> partial;
  std::string label;  // how the response names it: "BODY[1.TEXT]<0>", "RFC822"
};

struct Fetch {
  SequenceSet set;
  unsigned items = 0;  // fetch::...
  std::vector<BodyItem> bodies;
  std::optional<std::uint64_t> changed_since;
  bool vanished = false;             // RFC 7162, 3.2.6: with changed_since only
  std::optional<PartialRange> page;  // RFC 9394, 3.3: of the messages of the set
};

Result<Fetch> parse_fetch(std::string_view text);
// "UID BODY.PEEK[HEADER]": items with a space between, up to what is none (RFC 5465, 8: fetch-att).
Result<Fetch> parse_fetch_items(Lexer& lexer);

}  // namespace kontor::imap::wire
