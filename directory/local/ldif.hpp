// SPDX-License-Identifier: GPL-3.0-or-later
// LDIF content files (RFC 2849) as entries with attributes. Pure and bounded.
//
// Read: version line, comments, folded lines, base64 values, LF or CRLF; UTF-8 values that RFC 2849
// wants in base64 are read as they stand, since people type them. Refused with the number of the
// line: change records, values by URL, NUL, bytes that are not UTF-8 (userPassword and other base64
// values may be anything).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor::directory {

struct LdifEntry {
  struct Attribute {
    std::string name;  // lower case, with its options: "cn;lang-ru"
    std::string value;
  };
  std::string dn;
  std::size_t line = 0;  // where it begins, from 1
  std::vector<Attribute> attributes;

  // The first value, or an empty text.
  std::string_view first(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
};

struct LdifLimits {
  std::size_t max_bytes = 256U << 20U;
  std::size_t max_entries = 500'000;
  std::size_t max_value = 1U << 20U;
};

// bad_input or limit, the detail beginning with "line N: ".
Result<std::vector<LdifEntry>> parse_ldif(std::string_view bytes, const LdifLimits& limits = {});

// "name: value" or "name:: base64" (when RFC 2849 wants it), folded at 76 characters, with line
// feed.
std::string ldif_line(std::string_view name, std::string_view value);

}  // namespace kontor::directory
