// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/reader.hpp"

#include <algorithm>
#include <iterator>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {
// Computers and trusts have categories of their own.
constexpr const char* k_people = "(|(objectCategory=person)(objectCategory=group))";
constexpr const char* k_containers =
    "(|(objectCategory=organizationalUnit)(objectCategory=container)(objectClass=domainDNS))";
constexpr std::size_t k_max_members = 2'000'000;

constexpr std::size_t k_asked_together = 100;

std::string by_guid(const Uuid& guid) { return "<GUID=" + guid.text() + ">"; }

// What is asked of somebody who changed.
std::vector<std::string> followed_attributes(const DomainNames& names) {
  auto all = wanted_attributes(names);
  all.emplace_back("memberOf");
  all.emplace_back("uSNCreated");
  return all;
}

// The last class is the entry's own ([MS-ADTS] 3.1.1.3.1.1.4): a group policy is a kind of
// container, too, and has nobody below it.
bool is_container(const Entry& entry) {
  const auto& classes = entry.all("objectclass");
  return !classes.empty() &&
         (iequals(classes.back(), "organizationalUnit") || iequals(classes.back(), "container"));
}

}  // namespace

std::string dns_name_of(std::string_view dn) {
  std::string name;
  for (const auto part : split(dn, ',')) {
    const auto text = trim(part);
    if (!istarts_with(text, "DC=")) return {};
    name += (name.empty() ? "" : ".") + to_lower(text.substr(3));
  }
  return name;
}

Result<Reader> Reader::begin(Connection& connection,
                             const config::ActiveDirectory& settings,
                             const std::string& policy_attribute,
                             Reading reading) {
  Reader reader(connection);
  reader.facts_.names.policy_attribute = to_lower(policy_attribute);
  reader.facts_.names.reading = std::move(reading);
  KONTOR_TRY(const auto root,
             read_entry(connection, "",
                        {"defaultNamingContext", "configurationNamingContext", "dsServiceName"}));
  ControllerFacts& facts = reader.facts_;
  facts.domain_dn = root.first("defaultnamingcontext");
  facts.names.dns = dns_name_of(facts.domain_dn);
  if (!iequals(facts.names.dns, settings.domain))
    return fail(Errc::bad_input, "the controller is of domain " + facts.names.dns + ", not of " +
                                     settings.domain + " (ad.domain)");
  facts.base = settings.search_base.empty() ? facts.domain_dn : settings.search_base;
  KONTOR_TRY(const auto service,
             read_entry(connection, std::string(root.first("dsservicename")), {"invocationId"}));
  facts.invocation_id = service.first("invocationid");
  KONTOR_TRY(const auto domain, read_entry(connection, facts.domain_dn, {"lockoutDuration"}));
  facts.names.lockout_duration = domain.first("lockoutduration");
  KONTOR_TRY(reader.read_names(settings, std::string(root.first("configurationnamingcontext"))));
  return reader;
}

// The NetBIOS name stands in the domain's crossRef ([MS-ADTS] 6.1.1.2.1.1.4).
Result<void> Reader::read_names(const config::ActiveDirectory& settings,
                                const std::string& config_dn) {
  facts_.names.rooms_base = settings.rooms_base;
  Search what;
  what.base = "CN=Partitions," + config_dn;
  what.filter = "(&(objectClass=crossRef)(nCName=" + filter_escape(facts_.domain_dn) + "))";
  what.attributes = {"nETBIOSName"};
  return connection_->search(what, [this](const Entry& entry) -> Result<void> {
    if (facts_.names.netbios.empty()) facts_.names.netbios = entry.first("netbiosname");
    return {};
  });
}

Result<std::uint64_t> Reader::highest_usn(std::optional<std::chrono::milliseconds> limit,
                                          Patience is_worth_waiting) const {
  KONTOR_TRY(const auto root, read_entry(*connection_, "", {"highestCommittedUSN"}, limit,
                                         std::move(is_worth_waiting)));
  const auto usn = parse_number<std::uint64_t>(root.first("highestcommittedusn"));
  if (!usn) return fail(Errc::bad_input, "the controller tells no highestCommittedUSN");
  return *usn;
}

bool Reader::is_below_base(const std::string& dn) const {
  return iequals(dn, facts_.base) || to_lower(dn).ends_with("," + to_lower(facts_.base));
}

// [MS-ADTS] 3.1.1.3.1.3.3: a long attribute comes in pieces that have to be asked for.
Result<void> Reader::read_on(Converted& group) const {
  while (group.has_more_members && group.principal.members.size() < k_max_members) {
    const auto before = group.principal.members.size();
    Search what;
    what.base = by_guid(group.principal.id.guid);
    what.scope = Scope::base;
    what.attributes = {"objectGUID", "objectClass", "objectSid",
                       "member;range=" + std::to_string(before) + "-*"};
    what.extended_dn = true;
    group.has_more_members = false;
    const auto take = [this, &group](const Entry& entry) -> Result<void> {
      auto piece = convert_entry(entry, facts_.names);
      if (!piece) return {};
      auto& members = group.principal.members;
      members.insert(members.end(), piece->principal.members.begin(),
                     piece->principal.members.end());
      group.has_more_members = piece->has_more_members;
      return {};
    };
    KONTOR_TRY(connection_->search(what, take));
    if (group.principal.members.size() == before) break;  // no progress: do not ask for ever
  }
  return {};
}

Result<std::vector<Converted>> Reader::everybody() const {
  std::vector<Converted> all;
  Search what;
  what.limit = k_scan_patience;
  what.base = facts_.base;
  what.filter = k_people;
  what.attributes = wanted_attributes(facts_.names);
  what.extended_dn = true;
  KONTOR_TRY(connection_->search(what, [this, &all](const Entry& entry) -> Result<void> {
    if (auto one = convert_entry(entry, facts_.names)) all.push_back(std::move(*one));
    return {};
  }));
  for (auto& one : all) {
    if (one.has_more_members) {
      KONTOR_TRY(read_on(one));
    }
  }
  return all;
}

Result<UnitPolicies> Reader::units() const {
  UnitPolicies units;
  const auto& attribute = facts_.names.policy_attribute;
  if (attribute.empty()) return units;
  Search what;
  what.base = facts_.domain_dn;
  what.filter = "(&(" + attribute + "=*)" + k_containers + ")";
  what.attributes = {attribute};
  KONTOR_TRY(connection_->search(what, [&](const Entry& entry) -> Result<void> {
    units.put(to_valid_utf8(entry.dn), entry.all(attribute));
    return {};
  }));
  return units;
}

Result<void> Reader::read_on(Delta& delta) const {
  for (auto& one : delta.changed) {
    if (one.has_more_members) {
      KONTOR_TRY(read_on(one));
    }
  }
  return {};
}

void Reader::take(const Entry& entry, Delta& delta) const {
  if (const auto usn = parse_number<std::uint64_t>(entry.first("usnchanged")))
    delta.numbers.insert(*usn);
  const auto guid = Uuid::from_guid_bytes(entry.first("objectguid"));
  if (!guid) return;
  if (is_container(entry)) delta.containers.push_back(*guid);
  delta.touches_domain |= iequals(entry.dn, facts_.domain_dn);
  auto one = convert_entry(entry, facts_.names);
  if (!one || !is_below_base(entry.dn)) {
    delta.out_of_sight.push_back(*guid);
    return;
  }
  delta.changed.push_back(std::move(*one));
  for (const auto& value : entry.all("memberof"))
    if (const auto group = parse_extended_dn(value).guid) delta.member_of[*guid].push_back(*group);
}

Result<Delta> Reader::changes(std::uint64_t since, std::uint64_t upto) const {
  Delta delta;
  Search what;
  what.limit = k_scan_patience;
  what.base = facts_.domain_dn;  // all of it: who moved out of the followed part is told, too
  what.filter = "(uSNChanged>=" + std::to_string(since + 1) + ")";
  what.attributes = followed_attributes(facts_.names);
  what.extended_dn = true;
  KONTOR_TRY(connection_->search(what, [&](const Entry& entry) -> Result<void> {
    take(entry, delta);
    // Nobody says whether its name changed; new ones have nothing below them yet.
    const auto created = parse_number<std::uint64_t>(entry.first("usncreated"));
    delta.moves_others |= is_container(entry) && created && *created <= since;
    return {};
  }));
  KONTOR_TRY(read_on(delta));
  std::erase_if(delta.numbers, [&](std::uint64_t usn) { return usn <= since || usn > upto; });
  return delta;
}

Result<std::set<std::uint64_t>> Reader::numbers(std::uint64_t since, std::uint64_t upto) const {
  std::set<std::uint64_t> numbers;
  Search what;
  what.limit = k_scan_patience;
  what.base = facts_.domain_dn;
  what.filter = "(uSNChanged>=" + std::to_string(since + 1) + ")";
  what.attributes = {"uSNChanged"};
  KONTOR_TRY(connection_->search(what, [&](const Entry& entry) -> Result<void> {
    const auto usn = parse_number<std::uint64_t>(entry.first("usnchanged"));
    if (usn && *usn > since && *usn <= upto) numbers.insert(*usn);
    return {};
  }));
  return numbers;
}

Result<Delta> Reader::again(const std::set<Uuid>& guids) const {
  Delta delta;
  Search what;
  what.base = facts_.domain_dn;
  what.attributes = followed_attributes(facts_.names);
  what.extended_dn = true;
  std::set<Uuid> seen;
  const auto keep = [&](const Entry& entry) -> Result<void> {
    if (const auto guid = Uuid::from_guid_bytes(entry.first("objectguid"))) seen.insert(*guid);
    take(entry, delta);
    return {};
  };
  for (auto next = guids.begin(); next != guids.end();) {
    what.filter = "(|";
    for (std::size_t i = 0; i < k_asked_together && next != guids.end(); ++i, ++next)
      what.filter += "(objectGUID=" + filter_escape(next->guid_bytes()) + ")";
    what.filter += ")";
    KONTOR_TRY(connection_->search(what, keep));
  }
  KONTOR_TRY(read_on(delta));
  std::ranges::set_difference(guids, seen, std::back_inserter(delta.out_of_sight));
  return delta;
}

Result<std::set<Uuid>> Reader::present() const {
  std::set<Uuid> guids;
  Search what;
  what.limit = k_scan_patience;
  what.base = facts_.base;
  what.filter = k_people;
  what.attributes = {"objectGUID"};
  KONTOR_TRY(connection_->search(what, [&guids](const Entry& entry) -> Result<void> {
    if (const auto guid = Uuid::from_guid_bytes(entry.first("objectguid"))) guids.insert(*guid);
    return {};
  }));
  return guids;
}

Result<std::vector<Uuid>> Reader::confirm_gone(const std::vector<Uuid>& missing) const {
  std::vector<Uuid> gone;
  for (const auto& guid : missing) {
    const auto entry = read_entry(*connection_, by_guid(guid), wanted_attributes(facts_.names));
    if (entry) {
      if (is_below_base(entry->dn) && convert_entry(*entry, facts_.names)) continue;
    } else if (entry.error().code() != Errc::not_found) {
      return fail(entry.error());
    }
    gone.push_back(guid);
  }
  return gone;
}

}  // namespace kontor::directory
