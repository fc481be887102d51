// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar every script follows whatever its commands mean (RFC 5228, 8.2). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/sieve/lexer.hpp"

namespace kontor::sieve {

struct Argument {
  enum class Kind : std::uint8_t { tag, number, string, list };
  Kind kind = Kind::tag;
  Position at;
  std::string tag;
  std::uint64_t number = 0;
  std::vector<std::string> strings;  // one of a string
};

// A command, or a test.
struct Invocation {
  Position at;
  std::string name;
  std::vector<Argument> arguments;
  std::vector<Invocation> tests;
  bool has_list = false;  // the tests stand in parentheses
  bool has_block = false;
  std::vector<Invocation> block;
};

Outcome<std::vector<Invocation>> parse_syntax(std::string_view script, const Limits& limits);

}  // namespace kontor::sieve
