// SPDX-License-Identifier: GPL-3.0-or-later
// Search filters as they come over the wire (RFC 4511, 4.5.1.7). Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::ldap::wire {

inline constexpr std::size_t k_max_filter_depth = 64;
inline constexpr std::size_t k_max_filter_parts = 1'000;

struct Filter {
  enum class Kind : std::uint8_t {
    all,
    any,
    none,  // of one
    equal,
    substrings,
    greater,  // or equal
    less,     // or equal
    present,
    approximate,
    extensible,
  };
  Kind kind = Kind::present;
  std::vector<Filter> inner;  // of all, any, none
  std::string attribute;      // as written; empty: an extensible match without one
  std::string rule;           // of an extensible match; empty: none is named
  bool dn_attributes = false;
  // One assertion; of substrings: the first, those between, the last; first and last may be empty.
  std::vector<std::string> values;
};

// Takes one filter off the front. bad_input; limit: deeper or larger than the constants above.
Result<Filter> take_filter(std::string_view& rest);

}  // namespace kontor::ldap::wire
