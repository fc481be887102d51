// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fields/header_filter.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::search {
namespace {

// Blanks are where a line may be folded; beside a colon "name: value" differs from what is written.
constexpr std::string_view k_dividing = " \t\r\n:";

std::string_view longest_run(std::string_view needle) {
  std::string_view longest;
  for (std::size_t at = 0; at < needle.size();) {
    const auto begin = needle.find_first_not_of(k_dividing, at);
    if (begin == std::string_view::npos) break;
    at = std::min(needle.find_first_of(k_dividing, begin), needle.size());
    if (at - begin > longest.size()) longest = needle.substr(begin, at - begin);
  }
  return longest;
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

// Is its decoded text something else than its lines joined?
bool needs_decoding(std::string_view raw) {
  if (!is_ascii(raw) || raw.contains("=?")) return true;
  for (auto at = raw.find('\r'); at != std::string_view::npos; at = raw.find('\r', at + 1))
    if (at + 1 < raw.size() && raw[at + 1] != '\n') return true;
  return false;
}

}  // namespace

HeaderFilter::HeaderFilter(std::string_view needle)
    : probe_(longest_run(needle)), is_ascii_(is_ascii(needle)) {}

bool HeaderFilter::may_contain(std::string_view raw) const {
  if (needs_decoding(raw)) return true;
  return is_ascii_ && to_lower(raw).contains(probe_);
}

}  // namespace kontor::search
