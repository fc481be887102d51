// SPDX-License-Identifier: GPL-3.0-or-later
// xtext (RFC 3461, 4): how ENVID and ORCPT are written. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::smtp::wire {

// bad_input: a character that must be written as "+XX" is not, or "+" without two upper-case
// hexadecimal digits.
Result<std::string> xtext_decode(std::string_view text);
// Any bytes; the inverse of xtext_decode().
std::string xtext_encode(std::string_view bytes);

}  // namespace kontor::smtp::wire
