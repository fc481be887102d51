// SPDX-License-Identifier: GPL-3.0-or-later
// An entry of an LDAP server such as OpenLDAP as the server understands it: inetOrgPerson (RFC
// 2798), posixAccount and posixGroup (RFC 2307), groupOfNames and groupOfUniqueNames (RFC 4519).
// docs/admin/ldap.md lists the attributes. Pure: strange or hostile values become "absent".
#pragma once
#include <string>
#include <vector>

#include "directory/ldap/entry.hpp"

namespace kontor::directory {

inline constexpr const char* k_ldap_source = "ldap";

// An entry and what it says about others, by name: names become members in the roster.
struct LdapRecord {
  Uuid uuid;
  std::string folded_dn;
  bool is_principal = false;  // else a container, or something of no interest
  Principal principal;        // without members and member_of; `policies` as written
  std::string uid;            // lower case: memberUid names it
  std::string gid;            // of a person: his primary group's number; of a group: its own
  std::vector<std::string> member_dns;   // folded
  std::vector<std::string> member_uids;  // lower case
  Attributes mail_rules;                 // what is read of them when all names are known
  std::vector<std::string> link_dns;     // in mail_rules, folded
};

struct LdapNames {
  std::string rooms_base;             // people below this DN are rooms; empty: none
  std::string policy_attribute = {};  // lower case; empty: none is read
  Reading reading = {};
};

LdapRecord convert_ldap_entry(const Entry& entry, const Uuid& uuid, const LdapNames& names);

// What it reads; to be asked for.
std::vector<std::string> wanted_ldap_attributes(const LdapNames& names);

}  // namespace kontor::directory
