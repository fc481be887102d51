// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens of a script (RFC 5228, 8.1). Pure; one pass over the bytes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/sieve/limits.hpp"
#include "server/sieve/problem.hpp"

namespace kontor::sieve {

enum class TokenKind : std::uint8_t {
  identifier,
  tag,
  number,
  string,
  left_paren,
  right_paren,
  left_brace,
  right_brace,
  left_bracket,
  right_bracket,
  comma,
  semicolon,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  Position at;
  std::string text;  // identifiers and tags in lower case, without the colon; strings undone
  std::uint64_t number = 0;  // with its quantifier worked in
};

// The last one is `end`.
Outcome<std::vector<Token>> lex(std::string_view script, const Limits& limits);

}  // namespace kontor::sieve
