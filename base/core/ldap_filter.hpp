// SPDX-License-Identifier: GPL-3.0-or-later
// LDAP filters in their text form (RFC 4515; "(&)" and "(|)" RFC 4526). Pure.
//
// Of the extensible rules there are the two for bits ([MS-ADTS] 3.1.1.3.4.4); ~= is =. Limits: 64
// levels, 1,000 parts, 64 KiB.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor {

struct LdapFilter {
  enum class Kind : std::uint8_t {
    all,
    any,
    none,  // of one
    equal,
    less,     // or equal
    greater,  // or equal
    present,
    parts,     // substrings: the first, those between, the last; first and last may be empty
    all_bits,  // of a number
    any_bit,
  };
  Kind kind = Kind::all;
  std::vector<LdapFilter> inner;    // of all, any, none
  std::string attribute;            // lower case
  std::vector<std::string> values;  // escapes undone

  // The names in it, each once.
  std::set<std::string> attributes() const;
};

// bad_input: what is wrong and where, in a sentence; limit.
Result<LdapFilter> parse_ldap_filter(std::string_view text);

}  // namespace kontor
