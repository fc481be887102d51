// SPDX-License-Identifier: GPL-3.0-or-later
// What options and operands of a checked node mean, and which values they may have. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/sieve/program.hpp"

namespace kontor::sieve {

// The text when it has no variables.
std::optional<std::string> constant(const Text& text);
std::optional<Comparator> find_comparator(std::string_view name);
// Fills in match type, relation and address part from the tags, and checks what is constant in the
// node.
std::optional<Problem> settle_options(Node& node);

// "+0300" in minutes (RFC 5260, 4.1).
std::optional<int> parse_zone(std::string_view text);
bool is_header_name(std::string_view name);  // RFC 5322, 2.2

}  // namespace kontor::sieve
