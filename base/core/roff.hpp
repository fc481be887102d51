// SPDX-License-Identifier: GPL-3.0-or-later
// Text in pages for man. Pure.
#pragma once
#include <string>
#include <string_view>

namespace kontor {

// A line of text as roff takes it: a backslash, a hyphen, and a dot or quote at the beginning of a
// line mean something else there.
std::string roff(std::string_view text);

}  // namespace kontor
