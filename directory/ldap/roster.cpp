// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/roster.hpp"

#include <algorithm>

namespace kontor::directory {
namespace {
constexpr std::size_t k_always_believed = 9;
}

void Roster::put(Converted one) {
  const Principal& who = one.principal;
  if (who.kind == Kind::group && !who.sid.empty()) groups_by_sid_[who.sid] = who.id;
  const auto guid = who.id.guid;
  people_.insert_or_assign(guid, std::move(one));
}

Principal Roster::finished(const Converted& one) const {
  Principal who = one.principal;
  // A person's primary group does not list him as a member ([MS-ADTS] 3.1.1.2.2.4.5).
  if (const auto group = groups_by_sid_.find(one.primary_group); group != groups_by_sid_.end())
    who.member_of.push_back(group->second);
  who.policies = units_.reaching(who.dn, who.policies);
  return who;
}

Changes Roster::set_units(UnitPolicies units) {
  Changes changes;
  if (units == units_) return changes;
  std::swap(units, units_);
  for (const auto& [guid, one] : people_) {
    const auto& who = one.principal;
    auto finished_one = finished(one);
    if (finished_one.policies != units.reaching(who.dn, who.policies))
      changes.upserts.push_back(std::move(finished_one));
  }
  return changes;
}

Changes Roster::replace(std::vector<Converted> everybody) {
  people_.clear();
  groups_by_sid_.clear();
  for (auto& one : everybody) put(std::move(one));
  return complete();
}

Changes Roster::complete() const {
  Changes changes;
  changes.is_complete = true;
  for (const auto& [guid, one] : people_) changes.upserts.push_back(finished(one));
  return changes;
}

Changes Roster::update(std::vector<Converted> changed) {
  std::set<Uuid> touched;
  std::set<Sid> new_groups;
  for (auto& one : changed) {
    const Principal& who = one.principal;
    touched.insert(who.id.guid);
    if (who.kind == Kind::group && !groups_by_sid_.contains(who.sid)) new_groups.insert(who.sid);
    put(std::move(one));
  }
  Changes changes;
  for (const auto& [guid, one] : people_)
    if (touched.contains(guid) || (!new_groups.empty() && new_groups.contains(one.primary_group)))
      changes.upserts.push_back(finished(one));
  return changes;
}

Changes Roster::remove(const std::vector<Uuid>& gone) {
  Changes changes;
  std::set<PrincipalId> removed;
  for (const auto& guid : gone) {
    const auto found = people_.find(guid);
    if (found == people_.end()) continue;
    const PrincipalId id = found->second.principal.id;
    changes.removals.push_back(id);
    removed.insert(id);
    groups_by_sid_.erase(found->second.principal.sid);
    people_.erase(found);
  }
  if (removed.empty()) return changes;
  for (auto& [guid, one] : people_) {
    const auto count = std::erase_if(
        one.principal.members, [&removed](const PrincipalId& id) { return removed.contains(id); });
    if (count > 0) changes.upserts.push_back(finished(one));
  }
  return changes;
}

Changes Roster::change_members(const Uuid& group, const NewMembers& change) {
  Changes changes;
  const auto found = people_.find(group);
  if (found == people_.end()) return changes;
  auto& members = found->second.principal.members;
  std::set<PrincipalId> now(members.begin(), members.end());
  for (const auto& id : change.removed) now.erase(id);
  now.insert(change.added.begin(), change.added.end());
  members.assign(now.begin(), now.end());
  changes.upserts.push_back(finished(found->second));
  return changes;
}

std::vector<Uuid> Roster::missing_from(const std::set<Uuid>& present) const {
  std::vector<Uuid> missing;
  for (const auto& [guid, one] : people_)
    if (!present.contains(guid)) missing.push_back(guid);
  return missing;
}

bool is_mass_loss(std::size_t count, std::size_t total, std::uint32_t percent) {
  return count > k_always_believed && count * 100 > total * percent;
}

}  // namespace kontor::directory
