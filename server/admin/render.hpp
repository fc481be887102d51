// SPDX-License-Identifier: GPL-3.0-or-later
// What a verb answered, as text for a person. Pure.
//
// A list of objects is a table with the keys as titles; an object is a line a field, lists in it
// indented below. Control characters of a value come out as '?', so that no name can paint the
// administrator's terminal.
#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace kontor::admin {

std::string render(const boost::json::value& value);
// Text of several lines, its other control characters as '?'.
std::string plain_lines(std::string_view text);

}  // namespace kontor::admin
