// SPDX-License-Identifier: GPL-3.0-or-later
// Strings of a script as they are run: characters that were written by their number (RFC 5228,
// 2.4.2.4), and places of variables (RFC 5229, 3). Pure.
#pragma once
#include <string>
#include <string_view>

#include "server/sieve/problem.hpp"
#include "server/sieve/program.hpp"

namespace kontor::sieve {

// "${hex:40}" and "${unicode:40 df}" replaced. bad_escape: no character has that number.
Outcome<std::string> decode_characters(std::string_view text, Position at);
// The pieces of a text; what only looks like a variable is a literal.
Text parse_variables(std::string_view text);
// A name of a variable (RFC 5229, 3), with "global." before it (RFC 6609, 3.4.2).
bool is_variable_name(std::string_view name);

}  // namespace kontor::sieve
