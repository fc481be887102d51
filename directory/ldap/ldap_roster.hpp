// SPDX-License-Identifier: GPL-3.0-or-later
// Everybody of an LDAP server as last heard: members are named by DN or uid there, by entryUUID
// here, so that an entry that comes, goes or is renamed changes the groups that name it.
//
// Pure; one thread.
#pragma once
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "directory/ldap/ldap_entry.hpp"
#include "directory/model/source.hpp"
#include "directory/model/unit_policies.hpp"

namespace kontor::directory {

class LdapRoster {
 public:
  // What one round of the server said.
  struct Round {
    std::vector<LdapRecord> records;
    std::vector<Uuid> gone;
  };

  // Puts in all there is and returns it as a complete set.
  Changes replace(std::vector<LdapRecord> everything);
  Changes update(Round round);
  Changes complete() const;  // everybody, as a complete set

  std::size_t size() const { return records_.size(); }
  // Those who are not in `present`.
  std::vector<Uuid> missing_from(const std::set<Uuid>& present) const;
  // Would this rename a container that entries lie below? Their DNs are not told again
  // (a rename is sent for the renamed entry alone): everything has to be read anew.
  bool renames_container(const std::vector<LdapRecord>& records) const;

 private:
  using Uuids = std::set<Uuid>;
  using Index = std::unordered_map<std::string, Uuids>;

  void put(LdapRecord record, Uuids& touched);
  void drop(const Uuid& uuid, Uuids& touched);
  void index(const LdapRecord& record, bool add);
  // Whoever names this record: groups that list it, people whose primary group it is.
  void touch_referrers(const LdapRecord& record, Uuids& touched) const;
  Principal finished(const LdapRecord& record) const;

  // A container's values of the attribute for policies reach who lies below it.
  void take_unit(const LdapRecord& record, bool is_there, Uuids& touched);

  std::map<Uuid, LdapRecord> records_;
  UnitPolicies units_;
  Index by_dn_, by_uid_, groups_by_gid_;              // who has it
  Index dn_named_by_, uid_named_by_, people_by_gid_;  // who names it
};

}  // namespace kontor::directory
