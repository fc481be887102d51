// SPDX-License-Identifier: GPL-3.0-or-later
// What an IMAP server says to its client (RFC 9051, 7; RFC 3501), as values. Pure: any bytes give a
// value or bad_input. Servers in the field are met as they are: unknown data is passed over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::imap_client {

struct Value {
  enum class Kind : std::uint8_t { atom, text, list, nil };
  Kind kind = Kind::atom;
  std::string text;          // of atoms, quoted strings and literals
  std::vector<Value> items;  // of lists
  bool is_list() const noexcept { return kind == Kind::list; }
};

struct Reply {
  std::string tag;            // "*", "+", or the tag of a command
  std::string name;           // "OK", "LIST", "FETCH", … in capitals; of "+" empty
  std::uint32_t number = 0;   // "* 12 FETCH"
  std::vector<Value> values;  // behind the name; of OK, NO, BAD, BYE, PREAUTH and "+" none
  std::string code;           // of those: what stood in brackets, capitals as sent
  std::string text;           // of those: the rest of the line
};

// The size of a literal that follows the line ("… {123}", "… {123+}", "~{123}").
std::optional<std::uint64_t> literal_behind(std::string_view line);
// One response with its literals and its last CRLF. bad_input.
Result<Reply> parse_reply(std::string_view bytes);

// The number behind a response code: number_in("UIDVALIDITY 7", "UIDVALIDITY").
std::optional<std::uint32_t> number_in(std::string_view code, std::string_view name);
// A string as an argument of a command: quoted, or nothing when it has to be a literal.
std::optional<std::string> quoted(std::string_view text);

}  // namespace kontor::imap_client
