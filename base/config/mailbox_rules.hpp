// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of store.retention and store.policies, read. Pure. bad_input says what is wrong in a
// sentence for the administrator.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// "GROUP: quota=SIZE messages=N undelete=DAYS retention=FOLDER=DAYS,…" in any order; what it does
// not name is as for everybody.
struct PolicyRow {
  std::string group;                      // its address
  std::optional<std::uint64_t> quota;     // bytes; 0 (written none): no limit
  std::optional<std::uint64_t> messages;  // 0: no limit
  std::optional<std::uint32_t> undelete_days;
  std::optional<std::vector<RetentionRow>> retention;  // instead of store.retention; none: empty
  bool operator==(const PolicyRow&) const = default;
};
Result<PolicyRow> parse_policy(std::string_view row);

}  // namespace kontor::config
