// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of store.retention, read. Pure. bad_input says what is wrong in a sentence for the
// administrator.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::config {

// "FOLDER=DAYS": messages of that folder are expunged at that age.
struct RetentionRow {
  std::string folder;  // a full name, or a special use with its backslash ("\Trash")
  bool below = false;  // "FOLDER/*": those below it too
  std::uint32_t days = 0;
  std::string text;  // as it was written
  bool operator==(const RetentionRow&) const = default;
};
Result<RetentionRow> parse_retention(std::string_view row);

// A number of days. bad_input: not one from `least` to `most`.
Result<std::uint32_t> parse_days(std::string_view text, std::uint32_t least, std::uint32_t most);

}  // namespace kontor::config
