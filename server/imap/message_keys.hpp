// SPDX-License-Identifier: GPL-3.0-or-later
// What SORT and THREAD need of a message's header (RFC 5256, 2; RFC 5957, 3). Pure.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::imap {

inline constexpr std::int64_t k_no_date = std::numeric_limits<std::int64_t>::min();

// Texts are keys of i;unicode-casemap (base/mime/collation.hpp): compared as bytes.
struct HeaderKeys {
  std::int64_t sent = k_no_date;  // seconds since 1970; INTERNALDATE stands in for none
  bool is_reply = false;          // RFC 5256, REFERENCES
  std::string subject;            // base subject
  std::string from, to, cc;       // addr-mailbox of the first address
  std::string display_from, display_to;
  std::uint64_t message_id = 0;  // hash of the msg-id; 0: none
  std::vector<std::uint64_t> references;
};
HeaderKeys header_keys(std::string_view header);

}  // namespace kontor::imap
