// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/local/local_directory.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "base/crypto/password.hpp"
#include "directory/local/ldif.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/limits.hpp"
#include "directory/model/mail_rules.hpp"
#include "directory/model/resource_policy.hpp"
#include "directory/model/sid.hpp"
#include "directory/model/unit_policies.hpp"

namespace kontor::directory {
namespace {

Kind kind_of(EntryClass found) {
  if (found == EntryClass::room) return Kind::room;
  if (found == EntryClass::contact) return Kind::contact;
  return found == EntryClass::group ? Kind::group : Kind::person;
}

std::string pick(const LdifEntry& entry, std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (const auto value = trim(entry.first(name)); !value.empty() && is_utf8(value))
      return std::string(value);
  return {};
}

Attributes attributes_of(const LdifEntry& entry) {
  Attributes all;
  for (const auto& [name, value] : entry.attributes) all[name].push_back(value);
  return all;
}

void rename(LdifEntry& entry, const Reading& reading) {
  auto all = attributes_of(entry);
  reading.rename(all);
  entry.attributes.clear();
  for (auto& [name, values] : all)
    for (auto& value : values) entry.attributes.push_back({name, std::move(value)});
}

class Reader {
 public:
  Reader(std::string_view policy_attribute, const Reading& reading)
      : policy_attribute_(to_lower(policy_attribute)), reading_(reading) {}

  Result<LocalDirectory> read(const std::vector<LdifEntry>& entries) {
    for (const auto& entry : entries)
      if (const auto text = trim(entry.first("lockoutduration")); !text.empty())
        lockout_durations_[fold_dn(entry.dn)] = text;
    for (const auto& entry : entries) {
      KONTOR_TRY(add(entry));
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) link(*groups_[i].entry, groups_[i].at);
    hand_down();
    return std::move(out_);
  }

 private:
  struct Linked {
    const LdifEntry* entry;
    std::size_t at;  // in out_.principals
  };

  void problem(const LdifEntry& entry, const std::string& what) {
    out_.problems.push_back("line " + std::to_string(entry.line) + ": " + entry.dn + ": " + what);
  }

  Result<void> add(const LdifEntry& entry) {
    const auto found = entry_class_of(entry.all("objectclass"));
    if (found == EntryClass::unknown) {
      problem(entry, "no object class that is understood; not used");
      return {};
    }
    if (found == EntryClass::container) {
      if (!policy_attribute_.empty()) units_.put(entry.dn, entry.all(policy_attribute_));
      return {};
    }
    const Kind kind = kind_of(found);
    KONTOR_TRY(auto principal, make(entry, kind));
    const std::string folded = fold_dn(entry.dn);
    const auto line = std::to_string(entry.line);
    if (!by_dn_.emplace(folded, principal.id).second)
      return fail(Errc::bad_input, "line " + line + ": a second entry " + entry.dn);
    if (!by_id_.emplace(principal.id.guid, entry.line).second)
      return fail(Errc::bad_input,
                  "line " + line + ": a second entry with entryUUID " + principal.id.guid.text());
    if (kind == Kind::person) take_passwords(entry, principal);
    groups_.push_back({&entry, out_.principals.size()});
    out_.principals.push_back(std::move(principal));
    return {};
  }

  Result<Principal> make(const LdifEntry& entry, Kind kind) {
    Principal principal;
    principal.kind = kind;
    KONTOR_TRY(principal.id, id_of(entry));
    principal.dn = entry.dn;
    principal.name = pick(entry, {"displayname", "cn", "uid", "samaccountname"});
    principal.given_name = pick(entry, {"givenname"});
    principal.surname = pick(entry, {"sn"});
    principal.account_name = pick(entry, {"samaccountname", "uid"});
    principal.principal_name = pick(entry, {"userprincipalname"});
    principal.title = pick(entry, {"title"});
    principal.department = pick(entry, {"department", "departmentnumber"});
    principal.company = pick(entry, {"company", "o"});
    principal.telephone = pick(entry, {"telephonenumber"});
    principal.office = pick(entry, {"physicaldeliveryofficename", "roomnumber"});
    set_addresses(principal, pick(entry, {"mail"}), entry.all("proxyaddresses"));
    principal.domain = domain_of_dn(fold_dn(entry.dn));
    if (principal.domain.empty())
      principal.domain = principal.mail.substr(principal.mail.rfind('@') + 1);
    if (kind != Kind::contact) {
      principal.sid = pick(entry, {"objectsid"});
      if (principal.sid.empty()) principal.sid = sid_of_uuid(principal.id.guid);
    }
    if (kind == Kind::group) principal.group_type = group_type_of(trim(entry.first("grouptype")));
    take_state(entry, principal);
    take_limits(entry, principal);
    take_sid_history(entry, principal);
    return principal;
  }

  static Result<PrincipalId> id_of(const LdifEntry& entry) {
    const auto text = trim(entry.first("entryuuid"));
    if (text.empty()) return PrincipalId{std::string(k_local_source), uuid_of_dn(entry.dn)};
    auto id = Uuid::parse(text);
    if (!id)
      return fail(Errc::bad_input,
                  "line " + std::to_string(entry.line) + ": entryUUID is not a UUID");
    return PrincipalId{std::string(k_local_source), *id};
  }

  void take_state(const LdifEntry& entry, Principal& principal) {
    if (const auto text = trim(entry.first("useraccountcontrol")); !text.empty()) {
      const auto value = parse_number<std::uint32_t>(text);
      // Somebody meant to say something about this account: when in doubt it is closed.
      principal.state = value ? state_of_account_control(*value) : State::disabled;
      if (!value) problem(entry, "userAccountControl is not a number; the account is disabled");
    }
    if (const auto text = trim(entry.first("accountexpires")); !text.empty()) {
      const auto value = parse_number<std::uint64_t>(text);
      if (value) principal.expires = expiry_of_filetime(*value);
      if (!value) principal.state = State::disabled;
      if (!value) problem(entry, "accountExpires is not a number; the account is disabled");
    }
  }

  // As a domain's head says it for everybody below ([MS-ADA1] lockoutDuration).
  std::string lockout_duration_for(std::string_view folded_dn) const {
    for (auto at = folded_dn.find(','); at != std::string_view::npos; at = folded_dn.find(',')) {
      folded_dn.remove_prefix(at + 1);
      const auto found = lockout_durations_.find(folded_dn);
      if (found != lockout_durations_.end()) return found->second;
    }
    return {};
  }

  void take_limits(const LdifEntry& entry, Principal& principal) {
    auto& limits = principal.limits;
    limits.control =
        parse_number<std::uint32_t>(trim(entry.first("useraccountcontrol"))).value_or(0);
    limits.must_change_password =
        must_change_password_of(entry.first("pwdlastset"), limits.control);
    const auto locked = trim(entry.first("lockouttime"));
    limits.locked_until = locked_until_of(locked, lockout_duration_for(fold_dn(entry.dn)));
    if (!locked.empty() && !parse_number<std::uint64_t>(locked)) {
      principal.state = State::disabled;
      problem(entry, "lockoutTime is not a number; the account is disabled");
    }
    const auto hours = entry.first("logonhours");
    limits.logon_hours = logon_hours_of(hours);
    if (!hours.empty() && hours.size() != 21)
      problem(entry, "logonHours has not 21 bytes; not used");
  }

  void take_sid_history(const LdifEntry& entry, Principal& principal) {
    for (const auto& value : entry.all("sidhistory")) {
      const auto sid = sid_from_bytes(value);
      const auto text = sid ? *sid : std::string(trim(value));
      if (sid || domain_of_sid(text))
        principal.sid_history.push_back(text);
      else
        problem(entry, "sIDHistory is not a SID; not used");
    }
  }

  void take_passwords(const LdifEntry& entry, Principal& principal) {
    const PrincipalId& id = principal.id;
    std::string all;
    for (auto& hash : entry.all("userpassword")) {
      all += hash + "\n";
      if (crypto::is_password_hash(hash))
        out_.passwords[id].push_back(std::move(hash));
      else
        problem(entry, "userPassword is not a salted hash that is understood; not used");
    }
    if (!all.empty()) principal.credential_stamp = hex_encode(crypto::sha256(all)).substr(0, 32);
  }

  void link(const LdifEntry& entry, std::size_t at) {
    Principal& principal = out_.principals[at];
    const auto resolve = [&](std::string_view attribute, std::vector<PrincipalId>& out) {
      for (const auto& dn : entry.all(attribute)) {
        const auto found = by_dn_.find(fold_dn(dn));
        if (found != by_dn_.end())
          out.push_back(found->second);
        else
          problem(entry, std::string(attribute) + " names nobody here: " + dn);
      }
    };
    if (principal.kind == Kind::group) {
      resolve("member", principal.members);
      resolve("uniquemember", principal.members);
    }
    resolve("memberof", principal.member_of);
    const auto by_dn = [&](std::string_view name,
                           const std::string& value) -> std::optional<PrincipalId> {
      const auto found = by_dn_.find(fold_dn(value));
      if (found != by_dn_.end()) return found->second;
      problem(entry, std::string(name) + " names nobody here: " + value);
      return std::nullopt;
    };
    const auto attributes = attributes_of(entry);
    read_mail_rules(attributes, by_dn, principal);
    reading_.take_card(attributes, principal);
    reading_.add_groups(attributes, principal);
  }

  void hand_down() {
    for (const auto& one : groups_) {
      Principal& principal = out_.principals[one.at];
      auto own = one.entry->all(policy_attribute_);
      add_resource_policy(attributes_of(*one.entry), principal.kind, own);
      principal.policies = units_.reaching(principal.dn, own);
    }
  }

  std::string policy_attribute_;  // lower case
  UnitPolicies units_;
  const Reading& reading_;
  LocalDirectory out_;
  std::unordered_map<std::string, PrincipalId> by_dn_;
  std::unordered_map<Uuid, std::size_t> by_id_;
  std::vector<Linked> groups_;
  std::map<std::string, std::string, std::less<>> lockout_durations_;  // by folded DN
};

}  // namespace

Uuid uuid_of_dn(std::string_view dn) {
  const std::string digest = crypto::sha256("kontor local directory\n" + fold_dn(dn));
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x80);  // RFC 9562, 5.8: version 8
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

Result<LocalDirectory> parse_local_directory(std::string_view ldif,
                                             std::string_view policy_attribute,
                                             const Reading& reading) {
  KONTOR_TRY(auto entries, parse_ldif(ldif));
  if (reading.renames())
    for (auto& entry : entries) rename(entry, reading);
  return Reader(policy_attribute, reading).read(entries);
}

}  // namespace kontor::directory
