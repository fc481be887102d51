// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ldap_entry.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/mail_rules.hpp"
#include "directory/model/sid.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_text = 4'096;
constexpr std::size_t k_max_members = 2'000'000;
constexpr std::int64_t k_day = 86'400;
constexpr std::uint32_t k_last_day = 10'000'000;  // beyond it lies no calendar
// draft-behera-ldap-password-policy-10, 5.3.3: locked until an administrator unlocks it.
constexpr std::string_view k_locked_for_good = "000001010000Z";

std::string pick(const Entry& entry, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    std::string text = to_valid_utf8(entry.first(name).substr(0, k_max_text));
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
    if (const auto trimmed = trim(text); !trimmed.empty()) return std::string(trimmed);
  }
  return {};
}

bool is_below(std::string_view folded_dn, const std::string& base) {
  return !base.empty() && folded_dn.ends_with("," + fold_dn(base));
}

// The first value of `mail` is the primary address, the others are further ones.
void take_addresses(const Entry& entry, Principal& who) {
  std::vector<std::string> proxies = entry.all("proxyaddresses");
  const auto add = [&](std::string_view name) {
    for (const auto& value : entry.all(name)) proxies.push_back("smtp:" + value);
  };
  add("mail");
  add("mailalternateaddress");
  add("maillocaladdress");
  auto addresses = mail_addresses(entry.first("mail"), proxies);
  who.mail = std::move(addresses.primary);
  who.addresses = std::move(addresses.all);
}

void take_state(const Entry& entry, Principal& who) {
  if (entry.first("pwdaccountlockedtime") == k_locked_for_good ||
      iequals(entry.first("nsaccountlock"), "TRUE"))
    who.state = State::disabled;
  // draft-behera-ldap-password-policy-10, 5.3.7
  who.limits.must_change_password = iequals(entry.first("pwdreset"), "TRUE");
  // shadow(5): days since 1970; -1 and an empty field mean never. What is no number at all was
  // meant to close the account.
  const auto expire = trim(entry.first("shadowexpire"));
  if (expire.empty() || expire.starts_with('-')) return;
  const auto days = parse_number<std::uint32_t>(expire);
  if (!days)
    who.state = State::disabled;
  else if (*days < k_last_day)
    who.expires = *days * k_day;
}

// Whatever changes with the password, the best first (docs/admin/ldap.md, "Passwords").
std::string stamp_of(const Entry& entry) {
  if (const auto changed = pick(entry, {"pwdchangedtime"}); !changed.empty())
    return "changed " + changed;
  std::string hashes;
  for (const auto& value : entry.all("userpassword")) hashes += value + "\n";
  if (!hashes.empty()) return hex_encode(crypto::sha256(hashes)).substr(0, 32);
  return pick(entry, {"entrycsn"});
}

void take_members(const Entry& entry, LdapRecord& out) {
  for (const auto* name : {"member", "uniquemember"})
    for (const auto& value : entry.all(name)) {
      // RFC 4517, 3.3.21: a unique member may end in "#'…'B".
      const auto mark = value.rfind("#'");
      const bool is_marked = mark != std::string::npos && value.ends_with("'B");
      if (out.member_dns.size() < k_max_members)
        out.member_dns.push_back(fold_dn(is_marked ? value.substr(0, mark) : value));
    }
  for (const auto& value : entry.all("memberuid"))
    if (out.member_uids.size() < k_max_members) out.member_uids.push_back(fold_name(value));
}

// They name people by DN: who that is only the roster knows.
void take_mail_rules(const Entry& entry, LdapRecord& out) {
  const auto take = [&](const std::string& name) {
    if (const auto found = entry.attributes.find(name); found != entry.attributes.end())
      out.mail_rules.insert(*found);
  };
  take("proxyaddresses");
  for (const auto& name : mail_rule_attributes()) take(to_lower(name));
  for (const auto& name : mail_rule_links())
    for (const auto& value : entry.all(name)) out.link_dns.push_back(fold_dn(value));
}

Kind kind_for(EntryClass found, const LdapRecord& record, const LdapNames& names) {
  switch (found) {
    case EntryClass::group:
      return Kind::group;
    case EntryClass::contact:
      return Kind::contact;
    case EntryClass::room:
      return Kind::room;
    default:
      return is_below(record.folded_dn, names.rooms_base) ? Kind::room : Kind::person;
  }
}

}  // namespace

std::vector<std::string> wanted_ldap_attributes(const LdapNames& names) {
  std::vector<std::string> wanted = {"objectClass",
                                     "uid",
                                     "cn",
                                     "displayName",
                                     "givenName",
                                     "sn",
                                     "mail",
                                     "mailAlternateAddress",
                                     "mailLocalAddress",
                                     "proxyAddresses",
                                     "userPrincipalName",
                                     "title",
                                     "departmentNumber",
                                     "ou",
                                     "o",
                                     "telephoneNumber",
                                     "physicalDeliveryOfficeName",
                                     "roomNumber",
                                     "gidNumber",
                                     "member",
                                     "uniqueMember",
                                     "memberUid",
                                     "shadowExpire",
                                     "nsAccountLock",
                                     "pwdAccountLockedTime",
                                     "pwdReset",
                                     "pwdChangedTime",
                                     "userPassword",
                                     "entryCSN"};
  wanted.insert(wanted.end(), mail_rule_attributes().begin(), mail_rule_attributes().end());
  if (!names.policy_attribute.empty()) wanted.push_back(names.policy_attribute);
  return names.reading.wanted(wanted);
}

LdapRecord convert_ldap_entry(const Entry& given, const Uuid& uuid, const LdapNames& names) {
  std::optional<Entry> renamed;
  if (names.reading.renames()) names.reading.rename(renamed.emplace(given).attributes);
  const Entry& entry = renamed ? *renamed : given;
  LdapRecord out;
  out.uuid = uuid;
  out.principal.dn = to_valid_utf8(entry.dn);
  out.folded_dn = fold_dn(out.principal.dn);
  if (!names.policy_attribute.empty()) out.principal.policies = entry.all(names.policy_attribute);
  const auto found = entry_class_of(entry.all("objectclass"));
  if (found == EntryClass::container || found == EntryClass::unknown) return out;
  out.is_principal = true;
  Principal& who = out.principal;
  who.kind = kind_for(found, out, names);
  who.id = {k_ldap_source, uuid};
  if (who.kind != Kind::contact) who.sid = sid_of_uuid(uuid);
  who.account_name = pick(entry, {"uid"});
  if (who.kind == Kind::group) who.account_name = pick(entry, {"cn"});
  who.name = pick(entry, {"displayname", "cn", "uid"});
  who.given_name = pick(entry, {"givenname"});
  who.surname = pick(entry, {"sn"});
  who.principal_name = pick(entry, {"userprincipalname"});
  who.title = pick(entry, {"title"});
  who.department = pick(entry, {"departmentnumber", "ou"});
  who.company = pick(entry, {"o"});
  who.telephone = pick(entry, {"telephonenumber"});
  who.office = pick(entry, {"physicaldeliveryofficename", "roomnumber"});
  take_addresses(entry, who);
  who.domain = domain_of_dn(out.folded_dn);
  if (who.domain.empty()) who.domain = fold_name(who.mail.substr(who.mail.rfind('@') + 1));
  out.gid = pick(entry, {"gidnumber"});
  if (who.kind == Kind::group) {
    take_members(entry, out);
  } else {
    out.uid = fold_name(who.account_name);
    if (who.kind == Kind::person) take_state(entry, who);
    who.credential_stamp = stamp_of(entry);
  }
  take_mail_rules(entry, out);
  names.reading.take_card(entry.attributes, who);
  names.reading.add_groups(entry.attributes, who);
  return out;
}

}  // namespace kontor::directory
