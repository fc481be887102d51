// SPDX-License-Identifier: GPL-3.0-or-later
// LIST's arguments with the options of LIST-EXTENDED (RFC 9051, 6.3.9; RFC 5258), LIST-STATUS (RFC
// 5819), SPECIAL-USE (RFC 6154), LIST-MYRIGHTS (RFC 8440) and LIST-METADATA (RFC 9590), and the
// matching of names by patterns. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/arguments.hpp"

namespace kontor::imap::wire {

struct ListArguments {
  bool extended = false;  // options or several patterns were given
  // Selection options.
  bool select_subscribed = false;
  bool select_special_use = false;
  bool recursive_match = false;
  // Return options.
  bool return_subscribed = false;
  bool return_children = false;
  bool return_special_use = false;
  unsigned status_items = 0;
  bool return_my_rights = false;              // RFC 8440
  std::vector<std::string> metadata_entries;  // RFC 9590, lower case
  std::string reference;
  std::vector<std::string> patterns;  // UTF-8, at least one
};

Result<ListArguments> parse_list(std::string_view text, bool utf8);
// LSUB (RFC 3501, 6.3.9): reference and one pattern.
Result<ListArguments> parse_lsub(std::string_view text, bool utf8);

// Does `name` match: "*" any characters, "%" any but "/", INBOX in any case (RFC 9051, 6.3.9).
// Time: at most name x pattern.
bool matches_pattern(std::string_view name, std::string_view pattern);

}  // namespace kontor::imap::wire
