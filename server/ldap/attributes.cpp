// SPDX-License-Identifier: GPL-3.0-or-later
// The table of attributes (RFC 4519, 4524, 2798, and Active Directory's where these have none).
#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "server/ldap/schema.hpp"

namespace kontor::ldap {
namespace {

using directory::Book;
using directory::Card;
using directory::Kind;
using directory::Principal;

void give(const Sink& sink, std::string_view value) {
  if (!value.empty()) sink(value);
}

template <std::string Principal::* member>
void of_principal(const Book&, const Node& node, const Sink& sink) {
  if (node.entry != nullptr) give(sink, (*node.entry->principal).*member);
}

template <std::string Card::* member>
void of_card(const Book&, const Node& node, const Sink& sink) {
  if (node.entry != nullptr) give(sink, node.entry->principal->card.*member);
}

// The value of the first component of the DN is a value of its attribute (RFC 4512, 2.3).
void give_rdn(const Node& node,
              std::string_view attribute,
              std::string_view known,
              const Sink& sink) {
  const auto rdn = directory::rdn_of(node.dn());
  if (rdn.attribute == attribute && rdn.value != known) give(sink, rdn.value);
}

void object_classes(const Book&, const Node& node, const Sink& sink) {
  sink("top");
  if (node.entry == nullptr) {
    const auto rdn = directory::rdn_of(node.dn()).attribute;
    sink(rdn == "dc" ? "domain" : rdn == "ou" ? "organizationalUnit" : "container");
    return;
  }
  const Kind kind = node.entry->principal->kind;
  if (kind == Kind::group) {
    sink("groupOfNames");
    sink("group");
    return;
  }
  sink("person");
  sink("organizationalPerson");
  sink("inetOrgPerson");
  if (kind == Kind::room) sink("room");
  if (kind == Kind::contact) sink("contact");
}

void common_names(const Book&, const Node& node, const Sink& sink) {
  const std::string none;
  const auto& name = node.entry != nullptr ? node.entry->principal->name : none;
  give(sink, name);
  give_rdn(node, "cn", name, sink);
}

// RFC 4519, 2.12: a person has one.
void surnames(const Book&, const Node& node, const Sink& sink) {
  if (node.entry == nullptr || node.entry->principal->kind == Kind::group) return;
  const auto& one = *node.entry->principal;
  give(sink, one.surname.empty() ? one.name : one.surname);
}

void mails(const Book&, const Node& node, const Sink& sink) {
  if (node.entry != nullptr) give(sink, node.entry->mail);
}

void proxy_addresses(const Book&, const Node& node, const Sink& sink) {
  if (node.entry == nullptr) return;
  const auto& one = *node.entry->principal;
  sink("SMTP:" + node.entry->mail);
  const auto primary = directory::fold_name(node.entry->mail);
  for (const auto& address : one.addresses)
    if (address != primary) sink("smtp:" + address);
}

void nicknames(const Book&, const Node& node, const Sink& sink) {
  if (node.entry == nullptr) return;
  const std::string_view mail = node.entry->mail;
  give(sink, mail.substr(0, mail.rfind('@')));
}

void account_names(const Book&, const Node& node, const Sink& sink) {
  const std::string none;
  const auto& name = node.entry != nullptr ? node.entry->principal->account_name : none;
  give(sink, name);
  give_rdn(node, "uid", name, sink);
}

void departments(const Book&, const Node& node, const Sink& sink) {
  const std::string none;
  const auto& name = node.entry != nullptr ? node.entry->principal->department : none;
  give(sink, name);
  give_rdn(node, "ou", name, sink);
}

void domain_components(const Book&, const Node& node, const Sink& sink) {
  give_rdn(node, "dc", "", sink);
}

// ISO 3166 has two letters; everything else is a name (RFC 4519, 2.2).
void country_codes(const Book&, const Node& node, const Sink& sink) {
  if (node.entry == nullptr) return;
  const auto& country = node.entry->principal->card.country;
  if (country.size() == 2 && is_utf8(country)) sink(country);
}

// Somebody who is not in the book is not named.
void give_dn(const Book& book, const directory::PrincipalId& id, const Sink& sink) {
  if (const auto* entry = book.find(id); entry != nullptr) sink(entry->dn);
}

template <bool of_group>
void owners(const Book& book, const Node& node, const Sink& sink) {
  if (node.entry == nullptr) return;
  const auto& one = *node.entry->principal;
  if (one.mail_rules.owner && (one.kind == Kind::group) == of_group)
    give_dn(book, *one.mail_rules.owner, sink);
}

void members(const Book& book, const Node& node, const Sink& sink) {
  if (node.entry == nullptr) return;
  for (const auto& id : node.entry->principal->members) give_dn(book, id, sink);
}

void entry_dns(const Book&, const Node& node, const Sink& sink) { sink(node.dn()); }

void entry_uuids(const Book&, const Node& node, const Sink& sink) {
  if (node.entry != nullptr) sink(node.entry->principal->id.guid.text());
}

void structural_classes(const Book& book, const Node& node, const Sink& sink) {
  std::string last;
  object_classes(book, node, [&](std::string_view name) {
    if (name != "room" && name != "contact" && name != "group") last = name;
  });
  sink(last);
}

void subschemas(const Book&, const Node&, const Sink& sink) { sink(k_subschema_dn); }

void subordinates(const Book&, const Node& node, const Sink& sink) {
  sink(node.unit != nullptr ? "TRUE" : "FALSE");
}

constexpr auto k_text = Matching::text;
constexpr auto k_rows = std::to_array<AttributeRow>({
    {"2.5.4.0", "objectClass", k_text, false, false, object_classes},
    {"2.5.4.3", "cn commonName", k_text, false, true, common_names},
    {"2.16.840.1.113730.3.1.241", "displayName", k_text, false, true,
     of_principal<&Principal::name>},
    {"2.5.4.42", "givenName gn", k_text, false, true, of_principal<&Principal::given_name>},
    {"2.5.4.4", "sn surname", k_text, false, true, surnames},
    {"2.5.4.43", "initials", k_text, false, false, of_card<&Card::initials>},
    {"0.9.2342.19200300.100.1.3", "mail rfc822Mailbox", k_text, false, true, mails},
    {"1.2.840.113556.1.2.210", "proxyAddresses", k_text, false, false, proxy_addresses},
    {"1.2.840.113556.1.2.447", "mailNickname", k_text, false, true, nicknames},
    {"0.9.2342.19200300.100.1.1", "uid userid sAMAccountName", k_text, false, true, account_names},
    {"2.5.4.12", "title", k_text, false, false, of_principal<&Principal::title>},
    {"2.5.4.11", "ou organizationalUnitName department departmentNumber", k_text, false, true,
     departments},
    {"2.5.4.10", "o organizationName company", k_text, false, false,
     of_principal<&Principal::company>},
    {"2.5.4.20", "telephoneNumber", Matching::telephone, false, false,
     of_principal<&Principal::telephone>},
    {"0.9.2342.19200300.100.1.41", "mobile mobileTelephoneNumber", Matching::telephone, false,
     false, of_card<&Card::mobile>},
    {"2.5.4.23", "facsimileTelephoneNumber fax", Matching::telephone, false, false,
     of_card<&Card::fax>},
    {"2.5.4.19", "physicalDeliveryOfficeName roomNumber", k_text, false, false,
     of_principal<&Principal::office>},
    {"2.5.4.9", "street streetAddress", k_text, false, false, of_card<&Card::street>},
    {"2.5.4.7", "l localityName", k_text, false, false, of_card<&Card::city>},
    {"2.5.4.8", "st stateOrProvinceName", k_text, false, false, of_card<&Card::region>},
    {"2.5.4.17", "postalCode", k_text, false, false, of_card<&Card::postal_code>},
    {"0.9.2342.19200300.100.1.43", "co friendlyCountryName", k_text, false, false,
     of_card<&Card::country>},
    {"2.5.4.6", "c countryName", k_text, false, false, country_codes},
    {"0.9.2342.19200300.100.1.10", "manager", Matching::dn, false, false, owners<false>},
    {"1.2.840.113556.1.4.653", "managedBy", Matching::dn, false, false, owners<true>},
    {"2.5.4.31", "member", Matching::dn, false, false, members},
    {"0.9.2342.19200300.100.1.60", "jpegPhoto thumbnailPhoto", Matching::photo, false, false,
     of_card<&Card::photo>},
    {"0.9.2342.19200300.100.1.25", "dc domainComponent", k_text, false, false, domain_components},
    {"1.3.6.1.1.20", "entryDN", Matching::dn, true, false, entry_dns},
    {"1.3.6.1.1.16.4", "entryUUID", k_text, true, false, entry_uuids},
    {"2.5.21.9", "structuralObjectClass", k_text, true, false, structural_classes},
    {"2.5.18.10", "subschemaSubentry", Matching::dn, true, false, subschemas},
    {"2.5.18.9", "hasSubordinates", k_text, true, false, subordinates},
});

}  // namespace

std::span<const AttributeRow> attribute_table() { return k_rows; }

const AttributeRow* find_attribute(std::string_view name) {
  const auto is_it = [&](const AttributeRow& row) {
    if (row.oid == name) return true;
    const auto names = split(row.names, ' ');
    return std::ranges::any_of(names, [&](auto one) { return iequals(one, name); });
  };
  const auto found = std::ranges::find_if(k_rows, is_it);
  return found == k_rows.end() ? nullptr : &*found;
}

}  // namespace kontor::ldap
