// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments of SEARCH (RFC 9051, 6.4.4 and 9: search; RFC 3501, 6.4.4; RFC 4731; RFC 5182; RFC
// 5032; RFC 5267; RFC 6203; RFC 7162, 3.1.5; RFC 8514; RFC 8474; RFC 9394) as a program: keys in
// one array, a key names its operands by index. Pure; bad_input with a sentence for the client,
// unsupported for a charset that is not known.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/imap/wire/lexer.hpp"

namespace kontor::imap::wire {

inline constexpr std::size_t k_max_search_keys = 1'000;  // of one command
inline constexpr std::uint32_t k_max_search_depth = 50;  // of parentheses, NOT and OR

enum class SearchOp : unsigned char {
  all,
  none,
  both,     // every one of `operands`
  either,   // one of `operands`
  negated,  // not operands[0]
  flag,     // all bits of `number` are set
  no_flag,  // none of them is
  keyword,  // `text`
  numbers,  // message numbers in `set`
  uids,     // UIDs in `set`
  larger,   // RFC822.SIZE > `number`
  smaller,
  before,  // INTERNALDATE; `day`
  on,
  since,
  saved_before,  // RFC 8514
  saved_on,
  saved_since,
  older,  // `number` seconds (RFC 5032)
  younger,
  modseq,       // at least `number`
  email,        // EMAILID `text`
  thread,       // THREADID `text`
  sent_before,  // from here on the message's bytes are needed: Date field
  sent_on,
  sent_since,
  header,  // field `name` contains `text`
  body,
  text,
};
// Whether the key is decided by columns alone.
constexpr bool is_column(SearchOp op) { return op < SearchOp::sent_before; }

struct SearchKey {
  SearchOp op = SearchOp::all;
  std::vector<std::uint32_t> operands;
  std::uint64_t number = 0;
  std::string name;
  std::string text;  // UTF-8
  SequenceSet set;
  std::chrono::sys_days day{};
  bool fuzzy = false;  // RFC 6203: inside FUZZY
};

namespace search_return {  // bits of RETURN (RFC 4731, RFC 5182, RFC 5267)
inline constexpr unsigned min = 1, max = 2, all = 4, count = 8, save = 16, partial = 32,
                          update = 64, context = 128,  // RFC 5267
    relevancy = 256;                                   // RFC 6203
// What is told of the result.
inline constexpr unsigned data = min | max | all | count | partial | relevancy;
}  // namespace search_return

struct Search {
  bool extended = false;        // RETURN was given: the answer is ESEARCH
  unsigned returns = 0;         // "RETURN ()" is all
  PartialRange partial;         // of search_return::partial
  std::vector<SearchKey> keys;  // the last one is the root
  bool uses_modseq = false;
  bool names_charset = false;
  bool fuzzy = false;  // a key is inside FUZZY
};

Result<Search> parse_search(std::string_view text);

// Pieces of it, for the commands that are variants of SEARCH.
// RETURN, CHARSET and the keys, to the end of the text.
Result<void> parse_search_program(Lexer& lexer, Search& out);
// "(MIN COUNT PARTIAL 1:100)"
Result<void> parse_search_returns(Lexer& lexer, Search& out);
// A charset's name; unsupported: it is not known (BADCHARSET).
Result<std::string> parse_search_charset(Lexer& lexer);
// The keys, to the end of the text.
Result<void> parse_search_keys(Lexer& lexer, std::string charset, Search& out);

}  // namespace kontor::imap::wire
