// SPDX-License-Identifier: GPL-3.0-or-later
// ManageSieve command lines (RFC 5804, 4). Pure: a line in, words or an error out.
//
// A command may go on behind a literal: then the line's last word says how many bytes come, and the
// line after them is read as the rest. bad_input carries a sentence for the client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::managesieve::wire {

struct Word {
  enum class Kind : unsigned char { atom, string, number };
  Kind kind = Kind::atom;
  std::string text;  // of an atom in upper case; of a number its digits
  std::uint64_t number = 0;
};

struct Line {
  std::vector<Word> words;
  std::optional<std::uint64_t> literal;  // so many bytes follow the line
};

// Takes a line as read; its end may be CRLF or LF. A literal that asks to be waited for ("{5}") is
// no word of a client (RFC 5804, 4).
Result<Line> parse_line(std::string_view line);

// A string for the client: quoted where that can be, else a literal (RFC 5804, 4).
void append_string(std::string& out, std::string_view text);

}  // namespace kontor::managesieve::wire
