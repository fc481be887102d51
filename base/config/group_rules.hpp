// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of groups.rules, groups.dynamic and directory.attributes, read. Pure. bad_input says
// what is wrong in a sentence for the administrator.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/ldap_filter.hpp"
#include "base/core/result.hpp"

namespace kontor::config {

// "team@example.test: senders=boss@example.test,@partner.test internal owner=anna@example.test"
struct GroupRule {
  std::string group;                     // its address, lower case
  std::vector<std::string> senders;      // addresses and "@domain", lower case; empty: anybody
  bool is_internal = false;              // only who signed in
  std::string owner;                     // address, lower case; empty: as the directory says
  bool is_moderated = false;             // by the moderators, else by the owner
  std::vector<std::string> moderators;   // addresses, lower case; empty: as the directory says
  std::vector<std::string> unmoderated;  // addresses and "@domain", lower case: pass unasked
};
Result<GroupRule> parse_group_rule(std::string_view row);

// "sales-all@example.test=(department=Sales)"
struct DynamicRule {
  std::string address;  // lower case
  LdapFilter filter;
};
Result<DynamicRule> parse_dynamic_rule(std::string_view row);

// "telephoneNumber=ipPhone": the usual name and the one to read instead, both lower case.
Result<std::pair<std::string, std::string>> parse_attribute_rule(std::string_view row);

}  // namespace kontor::config
