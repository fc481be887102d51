// SPDX-License-Identifier: GPL-3.0-or-later
// What the address book shows of an entry by LDAP: one table of attributes, from which come
// answers, filters, the subschema and the documents. Pure.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "directory/gal/book.hpp"

namespace kontor::ldap {

// Somebody of the book, or a container of its tree.
struct Node {
  const directory::BookEntry* entry = nullptr;
  const directory::BookUnit* unit = nullptr;

  std::string_view dn() const { return entry != nullptr ? entry->dn : unit->dn; }
};

// How values are compared (RFC 4517, 4).
enum class Matching : std::uint8_t {
  text,       // caseIgnoreMatch, its substrings and its order
  telephone,  // telephoneNumberMatch and its substrings
  dn,         // distinguishedNameMatch
  photo,      // of which there is none; values are names on the photo shelf
};

using Sink = std::function<void(std::string_view value)>;

struct AttributeRow {
  std::string_view oid;
  std::string_view names;  // the usual one first, separated by blanks
  Matching matching;
  bool is_operational;
  bool is_indexed;  // Book::beginning_with() knows all of its values in entries
  void (*visit)(const directory::Book& book, const Node& node, const Sink& sink);

  std::string_view name() const { return names.substr(0, names.find(' ')); }
};

std::span<const AttributeRow> attribute_table();
// By any of its names or its OID, any case; nullptr: there is none, or it has options.
const AttributeRow* find_attribute(std::string_view name);

// Attributes and values of the root DSE (RFC 4512, 5.1) and the subschema (RFC 4512, 4.2).
struct NamedValues {
  std::string name;
  std::vector<std::string> values;
};
std::vector<NamedValues> root_dse(const directory::Book& book,
                                  const std::vector<std::string>& mechanisms);
std::vector<NamedValues> subschema();
inline constexpr std::string_view k_subschema_dn = "cn=Subschema";

inline constexpr std::string_view k_start_tls = "1.3.6.1.4.1.1466.20037";  // RFC 4511, 4.14.1
inline constexpr std::string_view k_who_am_i = "1.3.6.1.4.1.4203.1.11.3";  // RFC 4532

}  // namespace kontor::ldap
