// SPDX-License-Identifier: GPL-3.0-or-later
// The root DSE and the subschema: what programs read before they search.
#include <fmt/format.h>

#include "base/core/text.hpp"
#include "server/ldap/schema.hpp"
#include "server/ldap/wire/controls.hpp"

namespace kontor::ldap {
namespace {

// RFC 4517, 3.3 and 4.2.
constexpr std::string_view k_directory_string = "1.3.6.1.4.1.1466.115.121.1.15";
constexpr std::string_view k_telephone_number = "1.3.6.1.4.1.1466.115.121.1.50";
constexpr std::string_view k_dn = "1.3.6.1.4.1.1466.115.121.1.12";
constexpr std::string_view k_jpeg = "1.3.6.1.4.1.1466.115.121.1.28";

std::string definition_of(const AttributeRow& row) {
  std::string names;
  for (const auto name : split(row.names, ' ')) names += fmt::format(" '{}'", name);
  std::string text = fmt::format("( {} NAME ({} )", row.oid, names);
  switch (row.matching) {
    case Matching::text:
      text +=
          " EQUALITY caseIgnoreMatch ORDERING caseIgnoreOrderingMatch SUBSTR "
          "caseIgnoreSubstringsMatch";
      text += fmt::format(" SYNTAX {}", k_directory_string);
      break;
    case Matching::telephone:
      text += " EQUALITY telephoneNumberMatch SUBSTR telephoneNumberSubstringsMatch";
      text += fmt::format(" SYNTAX {}", k_telephone_number);
      break;
    case Matching::dn:
      text += fmt::format(" EQUALITY distinguishedNameMatch SYNTAX {}", k_dn);
      break;
    case Matching::photo:
      text += fmt::format(" SYNTAX {}", k_jpeg);
      break;
  }
  if (row.is_operational) text += " NO-USER-MODIFICATION USAGE directoryOperation";
  return text + " )";
}

const std::vector<std::string>& object_classes() {
  static const std::string card =
      "( displayName $ givenName $ sn $ initials $ mail $ proxyAddresses $ mailNickname $ uid $ "
      "title $ ou $ o $ telephoneNumber $ mobile $ facsimileTelephoneNumber $ "
      "physicalDeliveryOfficeName $ street $ l $ st $ postalCode $ co $ c $ manager $ jpegPhoto )";
  static const std::vector<std::string> all = {
      "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
      "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( cn $ sn ) )",
      "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL )",
      "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY " +
          card + " )",
      "( 0.9.2342.19200300.100.4.7 NAME 'room' SUP top AUXILIARY )",
      "( 1.2.840.113556.1.5.15 NAME 'contact' SUP top AUXILIARY )",
      "( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST cn MAY ( displayName $ mail $ "
      "proxyAddresses $ mailNickname $ uid $ member $ managedBy ) )",
      "( 1.2.840.113556.1.5.8 NAME 'group' SUP top AUXILIARY )",
      "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou )",
      "( 0.9.2342.19200300.100.4.13 NAME 'domain' SUP top STRUCTURAL MUST dc )",
      "( 1.2.840.113556.1.3.23 NAME 'container' SUP top STRUCTURAL MAY cn )",
      "( 2.5.20.1 NAME 'subschema' SUP top AUXILIARY )"};
  return all;
}

const std::vector<std::string>& matching_rules() {
  static const std::vector<std::string> all = {
      fmt::format("( 2.5.13.1 NAME 'distinguishedNameMatch' SYNTAX {} )", k_dn),
      fmt::format("( 2.5.13.2 NAME 'caseIgnoreMatch' SYNTAX {} )", k_directory_string),
      fmt::format("( 2.5.13.3 NAME 'caseIgnoreOrderingMatch' SYNTAX {} )", k_directory_string),
      "( 2.5.13.4 NAME 'caseIgnoreSubstringsMatch' SYNTAX 1.3.6.1.4.1.1466.115.121.1.58 )",
      fmt::format("( 2.5.13.20 NAME 'telephoneNumberMatch' SYNTAX {} )", k_telephone_number),
      "( 2.5.13.21 NAME 'telephoneNumberSubstringsMatch' SYNTAX 1.3.6.1.4.1.1466.115.121.1.58 )"};
  return all;
}

const std::vector<std::string>& syntaxes() {
  static const std::vector<std::string> all = {
      fmt::format("( {} DESC 'Directory String' )", k_directory_string),
      fmt::format("( {} DESC 'Telephone Number' )", k_telephone_number),
      fmt::format("( {} DESC 'DN' )", k_dn), fmt::format("( {} DESC 'JPEG' )", k_jpeg),
      "( 1.3.6.1.4.1.1466.115.121.1.58 DESC 'Substring Assertion' )"};
  return all;
}

std::vector<std::string> attribute_types() {
  std::vector<std::string> all;
  for (const auto& row : attribute_table()) all.push_back(definition_of(row));
  return all;
}

}  // namespace

std::vector<NamedValues> root_dse(const directory::Book& book,
                                  const std::vector<std::string>& mechanisms) {
  auto contexts = book.contexts();
  std::vector<NamedValues> out{
      {"objectClass", {"top"}},
      {"supportedLDAPVersion", {"3"}},
      {"supportedControl",
       {std::string(wire::k_paged_results), std::string(wire::k_sort_request),
        std::string(wire::k_view_request), std::string(wire::k_manage_dsa_it),
        std::string(wire::k_domain_scope)}},
      {"supportedExtension", {std::string(k_start_tls), std::string(k_who_am_i)}},
      // RFC 3673, 4 ("+") and RFC 4526, 2 ("(&)" and "(|)").
      {"supportedFeatures", {"1.3.6.1.4.1.4203.1.5.1", "1.3.6.1.4.1.4203.1.5.3"}},
      {"subschemaSubentry", {std::string(k_subschema_dn)}},
      {"vendorName", {"Kontor"}}};
  if (!mechanisms.empty()) out.push_back({"supportedSASLMechanisms", mechanisms});
  if (contexts.empty()) return out;
  out.push_back({"defaultNamingContext", {contexts.front()}});
  out.push_back({"namingContexts", std::move(contexts)});
  return out;
}

std::vector<NamedValues> subschema() {
  return {{"objectClass", {"top", "subschema"}}, {"cn", {"Subschema"}},
          {"attributeTypes", attribute_types()}, {"objectClasses", object_classes()},
          {"matchingRules", matching_rules()},   {"ldapSyntaxes", syntaxes()}};
}

}  // namespace kontor::ldap
