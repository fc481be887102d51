// SPDX-License-Identifier: GPL-3.0-or-later
// Everybody of a domain as last read: what changes and disappearances are found against. Pure; one
// thread.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "directory/ldap/entry.hpp"
#include "directory/model/source.hpp"
#include "directory/model/unit_policies.hpp"

namespace kontor::directory {

class Roster {
 public:
  // Puts in all there is and returns it as a complete set.
  Changes replace(std::vector<Converted> everybody);
  // All there is, as a complete set.
  Changes complete() const;
  // Puts in what changed and returns what that means for others, too: a group whose SID appears
  // becomes the primary group of its people.
  Changes update(std::vector<Converted> changed);
  // Those who were there; groups lose them as members, as the domain does it.
  Changes remove(const std::vector<Uuid>& gone);
  // What the containers say by policy.attribute from now on; who is touched by a change of it.
  Changes set_units(UnitPolicies units);
  struct NewMembers {
    std::vector<PrincipalId> added, removed;
  };
  // Of a group that is there.
  Changes change_members(const Uuid& group, const NewMembers& change);

  bool contains(const Uuid& guid) const { return people_.contains(guid); }
  const Converted* find(const Uuid& guid) const {  // nullptr: not there
    const auto found = people_.find(guid);
    return found == people_.end() ? nullptr : &found->second;
  }
  std::size_t size() const { return people_.size(); }
  const std::map<Uuid, Converted>& people() const { return people_; }
  // Those who are not in `present`.
  std::vector<Uuid> missing_from(const std::set<Uuid>& present) const;

 private:
  Principal finished(const Converted& one) const;
  void put(Converted one);

  std::map<Uuid, Converted> people_;
  UnitPolicies units_;
  std::map<Sid, PrincipalId> groups_by_sid_;
};

// Would losing `count` of `total` be so much that a complete set should be judged instead?
// (DESIGN.md 5: more than `percent`, at least 10.)
bool is_mass_loss(std::size_t count, std::size_t total, std::uint32_t percent);

}  // namespace kontor::directory
