// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of tags, "v=1; a=rsa-sha256; d=example.test" (RFC 6376, 3.2): DKIM's signatures and keys,
// and DMARC's records. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::filter::dkim {

struct Tag {
  std::string_view name;   // case counts
  std::string_view value;  // blanks and folds within it are left
};

inline constexpr std::size_t k_most_tags = 100;

// In order; the views are into `text`. bad_input: not such a list, or a name that is there twice.
Result<std::vector<Tag>> parse_tags(std::string_view text);
std::optional<std::string_view> find_tag(const std::vector<Tag>& tags, std::string_view name);
// All blanks and line ends removed, as base64 and names are read.
std::string without_blanks(std::string_view value);

}  // namespace kontor::filter::dkim
