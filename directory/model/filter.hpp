// SPDX-License-Identifier: GPL-3.0-or-later
// Do the attributes of an entry fulfil an LDAP filter (RFC 4511, 4.5.1.7)? Pure.
//
// Values are compared as texts, case folded and with runs of blanks as one (RFC 4518, 2.6.1), "<="
// and ">=" as numbers when both sides are. An entry that lacks the attribute does not fulfil a
// comparison, and so fulfils its negation.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/ldap_filter.hpp"

namespace kontor::directory {

// Names in lower case.
using Attributes = std::map<std::string, std::vector<std::string>, std::less<>>;

// As values are compared: case folded, runs of blanks as one, none at the ends.
std::string fold_value(std::string_view value);
// Does a folded value begin with the first part, end with the last and have the others between, in
// this order? Parts are folded by fold_part().
bool contains_parts(std::string_view text, const std::vector<std::string>& parts);
// Substrings keep their blanks at the ends.
std::string fold_part(std::string_view part);

class Filter {
 public:
  explicit Filter(LdapFilter parsed);
  bool matches(const Attributes& entry) const;
  std::set<std::string> attributes() const { return filter_.attributes(); }

 private:
  LdapFilter filter_;  // its values folded
};

}  // namespace kontor::directory
