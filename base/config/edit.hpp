// SPDX-License-Identifier: GPL-3.0-or-later
// Changes single values in a settings file and leaves every other byte as the administrator wrote
// it: comments, order, blank lines. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::config {

struct Change {
  std::string section, key, value;  // "ad", "domain", the text itself (it is quoted here)
};

// "domain = \"example.com\"", as the file has it.
std::string line_of(const Change& change);

// The text with these values: one that is there is replaced where it stands, another is added at
// the end of its section, a section at the end. A text that has them all comes back unchanged.
// unsupported: the text is of a kind that cannot be changed safely; bad_input: it is no settings
// file.
Result<std::string> change_settings(std::string_view text, const std::vector<Change>& changes);

}  // namespace kontor::config
