// SPDX-License-Identifier: GPL-3.0-or-later
// Header fields, addresses and dates (RFC 5322), encoded words (RFC 2047). Pure; never fails on
// input: what cannot be read comes back as it stands.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.hpp"
#include "base/mime/message.hpp"

namespace kontor::mime {

struct HeaderField {
  std::string_view name;   // as written
  std::string_view value;  // raw, folded, without the final CRLF
  Range range;             // name through final line ending, within the header given
};

// The fields of a header block in order; lines that are no field are skipped.
std::vector<HeaderField> parse_fields(std::string_view header);
// The raw value of the first field of that name (case-insensitive), unfolded; nothing when absent.
std::optional<std::string> field_value(std::string_view header, std::string_view name);
// The raw lines of the fields named (or of all others, when `exclude`), as IMAP's HEADER.FIELDS
// gives them, with a final blank line (RFC 9051, 6.4.5.1).
std::string select_fields(std::string_view header,
                          const std::vector<std::string>& names,
                          bool exclude);
// Line breaks removed; the white space after them stays (RFC 5322, 2.2.3).
std::string unfold(std::string_view value);
// Unfolded text with RFC 2047 words decoded, in valid UTF-8.
std::string decode_words(std::string_view value);

struct Mailbox {
  std::string name;    // display name as written (quoted-string undone, words not decoded)
  std::string local;   // local part
  std::string domain;  // empty: a name without a domain
  std::string route;   // "@a,@b" of an obsolete source route (RFC 5322, 4.4); nearly always empty
  std::string address() const;  // local@domain
};
struct Address {
  bool is_group = false;
  Mailbox mailbox;               // of a single address
  std::string group_name;        // of a group
  std::vector<Mailbox> members;  // of a group
};
std::vector<Address> parse_addresses(std::string_view value);
inline constexpr std::size_t k_max_addresses = 100'000;  // of one field; the rest is passed over
// RFC 5322, 3.3 and the obsolete forms; nothing when no date can be read.
std::optional<UtcSeconds> parse_date(std::string_view value);
// The day as written, zone and time of day disregarded (what IMAP's SENTON and the like compare,
// RFC 9051, 6.4.4).
std::optional<std::chrono::sys_days> parse_day(std::string_view value);
// "Mon, 2 Nov 2026 10:00:00 +0000"
std::string format_date(UtcSeconds time);

}  // namespace kontor::mime
