// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/entry.hpp"

#include <algorithm>
#include <limits>

#include "base/core/text.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/limits.hpp"
#include "directory/model/mail_rules.hpp"
#include "directory/model/resource_policy.hpp"
#include "directory/model/sid.hpp"

namespace kontor::directory {
namespace {
constexpr std::uint32_t k_normal_account = 0x200;  // [MS-ADTS] 2.2.16
constexpr std::size_t k_max_sid = 170;             // characters
constexpr std::size_t k_max_members = 2'000'000;
constexpr std::size_t k_max_address = 320;                      // RFC 5321, 4.5.3.1: 64 + "@" + 255
constexpr std::int64_t k_unix_epoch = 116'444'736'000'000'000;  // in FILETIME
constexpr std::int64_t k_ticks = 10'000'000;                    // 100 ns in a second

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (text.size() > k_max_address || at == std::string_view::npos || at == 0 ||
      at + 1 == text.size() || !is_utf8(text))
    return false;
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 127 || c == '<' || c == '>' || c == ',';
  });
}

// Text for people: valid UTF-8 without control characters.
std::string clean_text(std::string_view bytes) {
  std::string text = to_valid_utf8(bytes.substr(0, 4'096));
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
  return std::string(trim(text));
}

bool has_class(const Entry& entry, std::string_view name) {
  return std::ranges::any_of(entry.all("objectclass"),
                             [name](const std::string& one) { return iequals(one, name); });
}

bool is_room(const Entry& entry, const DomainNames& names) {
  // Exchange's own mark, where the schema has it ([MS-OXOABK] has the same meaning).
  for (const auto& value : entry.all("msexchresourcemetadata"))
    if (iequals(value, "ResourceType:Room")) return true;
  if (names.rooms_base.empty()) return false;
  const std::string below = "," + to_lower(names.rooms_base);
  return to_lower(entry.dn).ends_with(below);
}

Result<Kind> kind_of(const Entry& entry, const DomainNames& names, std::uint32_t control) {
  if (has_class(entry, "computer")) return fail(Errc::bad_input, "a computer");
  if (has_class(entry, "group")) return Kind::group;
  if (has_class(entry, "contact")) return Kind::contact;
  if (!has_class(entry, "user") || (control & k_normal_account) == 0)
    return fail(Errc::bad_input, "not an account of a person");
  return is_room(entry, names) ? Kind::room : Kind::person;
}

void take_members(const Entry& entry, const DomainNames& names, Converted& out) {
  const auto take = [&](const std::vector<std::string>& values) {
    for (const auto& value : values)
      if (auto member = member_of_value(value, names);
          member && out.principal.members.size() < k_max_members)
        out.principal.members.push_back(std::move(*member));
  };
  take(entry.all("member"));
  for (const auto& [name, values] : entry.attributes) {
    const auto range = parse_range_name(name);
    if (!range || range->attribute != "member") continue;
    take(values);
    out.has_more_members |= range->last.has_value();
  }
}

void take_texts(const Entry& entry, Principal& out) {
  out.name = clean_text(entry.first("displayname"));
  if (out.name.empty()) out.name = clean_text(entry.first("cn"));
  out.given_name = clean_text(entry.first("givenname"));
  out.surname = clean_text(entry.first("sn"));
  out.account_name = clean_text(entry.first("samaccountname"));
  out.principal_name = clean_text(entry.first("userprincipalname"));
  out.title = clean_text(entry.first("title"));
  out.department = clean_text(entry.first("department"));
  out.company = clean_text(entry.first("company"));
  out.telephone = clean_text(entry.first("telephonenumber"));
  out.office = clean_text(entry.first("physicaldeliveryofficename"));
}

// What stands against signing in; a room's account is disabled by custom, and never signs in.
void take_limits(const Entry& entry,
                 const DomainNames& names,
                 std::uint32_t control,
                 Principal& out) {
  if (out.kind != Kind::person) return;
  if ((control & account_control::k_disabled) != 0) out.state = State::disabled;
  out.expires = parse_filetime(entry.first("accountexpires"));
  out.limits.control = control;
  out.limits.locked_until = locked_until_of(entry.first("lockouttime"), names.lockout_duration);
  out.limits.must_change_password = must_change_password_of(entry.first("pwdlastset"), control);
  out.limits.logon_hours = logon_hours_of(entry.first("logonhours"));
  out.credential_stamp = clean_text(entry.first("pwdlastset"));
}

// objectSid and the primary group's, which has the account's domain and an identifier of its own.
void take_sids(const Entry& entry, Converted& out) {
  auto sid = sid_from_bytes(entry.first("objectsid"));
  if (!sid) return;
  out.principal.sid = std::move(*sid);
  const auto rid = parse_number<std::uint32_t>(entry.first("primarygroupid"));
  const auto domain = domain_of_sid(out.principal.sid);
  if (rid && domain) out.primary_group = sid_with_rid(*domain, *rid);
  for (const auto& value : entry.all("sidhistory"))
    if (auto old = sid_from_bytes(value)) out.principal.sid_history.push_back(std::move(*old));
}

// The SID a foreign security principal is named by ([MS-ADTS] 6.1.1.4.10); empty for another DN,
// and for SIDs that are nobody's in particular ("everyone").
Sid foreign_sid(std::string_view dn) {
  constexpr std::string_view accounts = "CN=S-1-5-21-";
  const auto comma = dn.find(',');
  if (!istarts_with(dn, accounts) || comma == std::string_view::npos ||
      !istarts_with(dn.substr(comma), ",CN=ForeignSecurityPrincipals,"))
    return {};
  const auto digits = dn.substr(accounts.size(), comma - accounts.size());
  if (digits.size() > k_max_sid ||
      digits.find_first_not_of("0123456789-") != std::string_view::npos)
    return {};
  return "S-1-5-21-" + std::string(digits);
}

}  // namespace

std::string_view Entry::first(std::string_view name) const {
  const auto& values = all(name);
  return values.empty() ? std::string_view() : std::string_view(values.front());
}

const std::vector<std::string>& Entry::all(std::string_view name) const {
  static const std::vector<std::string> none;
  const auto found = attributes.find(std::string(name));
  return found == attributes.end() ? none : found->second;
}

std::optional<RangeName> parse_range_name(std::string_view name) {
  const auto semicolon = name.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0) return std::nullopt;
  auto rest = name.substr(semicolon + 1);
  if (!istarts_with(rest, "range=")) return std::nullopt;
  rest.remove_prefix(6);
  const auto dash = rest.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint32_t>(rest.substr(0, dash));
  if (!first) return std::nullopt;
  RangeName range{to_lower(name.substr(0, semicolon)), *first, std::nullopt};
  if (rest.substr(dash + 1) == "*") return range;
  range.last = parse_number<std::uint32_t>(rest.substr(dash + 1));
  if (!range.last || *range.last < range.first) return std::nullopt;
  return range;
}

ExtendedDn parse_extended_dn(std::string_view text) {
  ExtendedDn result;
  while (text.starts_with('<')) {
    const auto end = text.find('>');
    if (end == std::string_view::npos) break;
    const auto part = text.substr(1, end - 1);
    if (istarts_with(part, "GUID="))
      if (auto guid = Uuid::parse(part.substr(5)); guid && !guid->is_nil()) result.guid = *guid;
    text.remove_prefix(end + 1);
    if (text.starts_with(';')) text.remove_prefix(1);
  }
  result.dn = text;
  return result;
}

std::optional<PrincipalId> member_of_value(std::string_view value, const DomainNames& names) {
  const auto link = parse_extended_dn(value);
  if (const auto sid = foreign_sid(link.dn); !sid.empty()) return id_of_sid(sid);
  if (!link.guid) return std::nullopt;
  return PrincipalId{names.source, *link.guid};
}

std::optional<std::int64_t> parse_filetime(std::string_view text) {
  const auto value = parse_number<std::uint64_t>(text);
  constexpr auto never = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value || *value == 0 || *value >= never) return std::nullopt;
  return (static_cast<std::int64_t>(*value) - k_unix_epoch) / k_ticks;
}

MailAddresses mail_addresses(std::string_view mail, const std::vector<std::string>& proxies) {
  MailAddresses result;
  const auto add = [&result](std::string_view address) {
    if (auto lower = to_lower(address); std::ranges::find(result.all, lower) == result.all.end())
      result.all.push_back(std::move(lower));
  };
  for (const auto& proxy : proxies) {
    if (!istarts_with(proxy, "smtp:")) continue;
    const auto address = std::string_view(proxy).substr(5);
    if (!is_address(address)) continue;
    if (proxy.starts_with("SMTP:") && result.primary.empty()) result.primary = address;
    add(address);
  }
  if (is_address(mail)) {
    if (result.primary.empty()) result.primary = mail;
    add(mail);
  }
  // Secondary addresses alone make no mailbox; with several and none marked there is no telling.
  return result;
}

std::string filter_escape(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte > 126 || c == '*' || c == '(' || c == ')' || c == '\\')
      out += '\\' + hex_encode(std::string_view(&c, 1));
    else
      out += c;
  }
  return out;
}

std::vector<std::string> wanted_attributes(const DomainNames& names) {
  std::vector<std::string> wanted = {"objectGUID",
                                     "objectSid",
                                     "objectClass",
                                     "cn",
                                     "displayName",
                                     "givenName",
                                     "sn",
                                     "sAMAccountName",
                                     "userPrincipalName",
                                     "mail",
                                     "proxyAddresses",
                                     "userAccountControl",
                                     "accountExpires",
                                     "pwdLastSet",
                                     "lockoutTime",
                                     "logonHours",
                                     "sIDHistory",
                                     "groupType",
                                     "primaryGroupID",
                                     "member",
                                     "title",
                                     "department",
                                     "company",
                                     "telephoneNumber",
                                     "physicalDeliveryOfficeName",
                                     "msExchResourceMetaData",
                                     std::string(k_resource_capacity),
                                     "uSNChanged"};
  wanted.insert(wanted.end(), mail_rule_attributes().begin(), mail_rule_attributes().end());
  if (!names.policy_attribute.empty()) wanted.push_back(names.policy_attribute);
  return names.reading.wanted(wanted);
}

Result<Converted> convert_entry(const Entry& given, const DomainNames& names) {
  std::optional<Entry> renamed;
  if (names.reading.renames()) names.reading.rename(renamed.emplace(given).attributes);
  const Entry& entry = renamed ? *renamed : given;
  Converted out;
  KONTOR_TRY(const auto guid, Uuid::from_guid_bytes(entry.first("objectguid")));
  const auto control = parse_number<std::uint32_t>(entry.first("useraccountcontrol")).value_or(0);
  KONTOR_TRY(out.principal.kind, kind_of(entry, names, control));
  Principal& who = out.principal;
  who.id = {names.source, guid};
  who.dn = to_valid_utf8(entry.dn);
  take_texts(entry, who);
  take_sids(entry, out);
  who.domain = names.dns;
  who.netbios_domain = names.netbios;
  auto addresses = mail_addresses(entry.first("mail"), entry.all("proxyaddresses"));
  who.mail = std::move(addresses.primary);
  who.addresses = std::move(addresses.all);
  take_limits(entry, names, control, who);
  if (who.kind == Kind::group) {
    who.group_type = group_type_of(entry.first("grouptype"));
    take_members(entry, names, out);
  }
  if (!names.policy_attribute.empty()) who.policies = entry.all(names.policy_attribute);
  add_resource_policy(entry.attributes, who.kind, who.policies);
  const auto by_dn = [&](std::string_view, const std::string& value) {
    return member_of_value(value, names);
  };
  read_mail_rules(entry.attributes, by_dn, who);
  names.reading.take_card(entry.attributes, who);
  names.reading.add_groups(entry.attributes, who);
  out.usn = parse_number<std::uint64_t>(entry.first("usnchanged")).value_or(0);
  return out;
}

}  // namespace kontor::directory
