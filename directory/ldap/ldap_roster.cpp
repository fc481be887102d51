// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ldap_roster.hpp"

#include <algorithm>

#include "directory/model/attributes.hpp"
#include "directory/model/mail_rules.hpp"

namespace kontor::directory {
namespace {

using Uuids = std::set<Uuid>;

template <class Index>
void set_in(Index& index, const std::string& key, const Uuid& uuid, bool add) {
  if (key.empty()) return;
  if (add) {
    index[key].insert(uuid);
    return;
  }
  const auto place = index.find(key);
  if (place == index.end()) return;
  place->second.erase(uuid);
  if (place->second.empty()) index.erase(place);
}

template <class Index>
const Uuids& in(const Index& index, const std::string& key) {
  static const Uuids none;
  const auto place = key.empty() ? index.end() : index.find(key);
  return place == index.end() ? none : place->second;
}

bool is_group(const LdapRecord& record) { return record.principal.kind == Kind::group; }

bool has_same_names(const LdapRecord& a, const LdapRecord& b) {
  return a.is_principal == b.is_principal && a.principal.kind == b.principal.kind &&
         a.folded_dn == b.folded_dn && a.uid == b.uid && a.gid == b.gid;
}

}  // namespace

void LdapRoster::index(const LdapRecord& record, bool add) {
  if (!record.is_principal) return;
  const auto& uuid = record.uuid;
  set_in(by_dn_, record.folded_dn, uuid, add);
  set_in(by_uid_, record.uid, uuid, add);
  set_in(is_group(record) ? groups_by_gid_ : people_by_gid_, record.gid, uuid, add);
  for (const auto& dn : record.member_dns) set_in(dn_named_by_, dn, uuid, add);
  for (const auto& dn : record.link_dns) set_in(dn_named_by_, dn, uuid, add);
  for (const auto& uid : record.member_uids) set_in(uid_named_by_, uid, uuid, add);
}

void LdapRoster::touch_referrers(const LdapRecord& record, Uuids& touched) const {
  if (!record.is_principal) return;
  const auto touch = [&](const Uuids& who) { touched.insert(who.begin(), who.end()); };
  touch(in(dn_named_by_, record.folded_dn));
  touch(in(uid_named_by_, record.uid));
  if (is_group(record)) touch(in(people_by_gid_, record.gid));
}

void LdapRoster::take_unit(const LdapRecord& record, bool is_there, Uuids& touched) {
  static const std::vector<std::string> none;
  if (record.is_principal) return;
  if (!units_.put(record.principal.dn, is_there ? record.principal.policies : none)) return;
  const std::string below = "," + record.folded_dn;
  for (const auto& [uuid, one] : records_)
    if (one.is_principal && one.folded_dn.ends_with(below)) touched.insert(uuid);
}

void LdapRoster::put(LdapRecord record, Uuids& touched) {
  const auto uuid = record.uuid;
  touched.insert(uuid);
  const auto place = records_.find(uuid);
  const bool renames = place == records_.end() || !has_same_names(place->second, record);
  if (place != records_.end()) {
    index(place->second, false);
    if (renames) touch_referrers(place->second, touched);
    if (renames) take_unit(place->second, false, touched);
  }
  take_unit(record, true, touched);
  index(record, true);
  if (renames) touch_referrers(record, touched);
  records_.insert_or_assign(uuid, std::move(record));
}

void LdapRoster::drop(const Uuid& uuid, Uuids& touched) {
  const auto place = records_.find(uuid);
  if (place == records_.end()) return;
  index(place->second, false);
  touch_referrers(place->second, touched);
  take_unit(place->second, false, touched);
  touched.insert(uuid);
  records_.erase(place);
}

Principal LdapRoster::finished(const LdapRecord& record) const {
  Principal who = record.principal;
  const auto add = [](std::vector<PrincipalId>& list, const Uuids& uuids) {
    // Two with one name: nobody can tell which is meant.
    if (uuids.size() == 1) list.push_back({k_ldap_source, *uuids.begin()});
  };
  for (const auto& dn : record.member_dns) add(who.members, in(by_dn_, dn));
  for (const auto& uid : record.member_uids) add(who.members, in(by_uid_, uid));
  // RFC 2307, 2.3: the primary group does not list its people.
  if (!is_group(record)) add(who.member_of, in(groups_by_gid_, record.gid));
  who.policies = units_.reaching(who.dn, who.policies);
  const auto by_dn = [&](std::string_view, const std::string& value) -> std::optional<PrincipalId> {
    const auto& uuids = in(by_dn_, fold_dn(value));
    if (uuids.size() != 1) return std::nullopt;
    return PrincipalId{k_ldap_source, *uuids.begin()};
  };
  read_mail_rules(record.mail_rules, by_dn, who);
  return who;
}

Changes LdapRoster::complete() const {
  Changes changes;
  changes.is_complete = true;
  for (const auto& [uuid, record] : records_)
    if (record.is_principal) changes.upserts.push_back(finished(record));
  return changes;
}

Changes LdapRoster::replace(std::vector<LdapRecord> everything) {
  *this = LdapRoster();
  Uuids touched;
  for (auto& record : everything) put(std::move(record), touched);
  return complete();
}

Changes LdapRoster::update(Round round) {
  Uuids touched, before;
  for (const auto& record : round.records)
    if (const auto place = records_.find(record.uuid);
        place != records_.end() && place->second.is_principal)
      before.insert(record.uuid);
  Changes changes;
  for (const auto& uuid : round.gone) {
    if (const auto place = records_.find(uuid);
        place != records_.end() && place->second.is_principal)
      changes.removals.push_back(place->second.principal.id);
    drop(uuid, touched);
  }
  for (auto& record : round.records) put(std::move(record), touched);
  for (const auto& uuid : touched) {
    const auto place = records_.find(uuid);
    if (place == records_.end()) continue;
    if (place->second.is_principal)
      changes.upserts.push_back(finished(place->second));
    else if (before.contains(uuid))  // no longer somebody
      changes.removals.push_back({k_ldap_source, uuid});
  }
  // Gone and there again within one round: there.
  std::erase_if(changes.removals, [&](const PrincipalId& id) {
    const auto place = records_.find(id.guid);
    return place != records_.end() && place->second.is_principal;
  });
  return changes;
}

std::vector<Uuid> LdapRoster::missing_from(const std::set<Uuid>& present) const {
  std::vector<Uuid> missing;
  for (const auto& [uuid, record] : records_)
    if (!present.contains(uuid)) missing.push_back(uuid);
  return missing;
}

bool LdapRoster::renames_container(const std::vector<LdapRecord>& records) const {
  return std::ranges::any_of(records, [this](const LdapRecord& record) {
    const auto place = records_.find(record.uuid);
    if (place == records_.end() || place->second.folded_dn == record.folded_dn) return false;
    const std::string below = "," + place->second.folded_dn;
    return std::ranges::any_of(
        records_, [&](const auto& one) { return one.second.folded_dn.ends_with(below); });
  });
}

}  // namespace kontor::directory
