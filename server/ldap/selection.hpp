// SPDX-License-Identifier: GPL-3.0-or-later
// Which attributes an answer shows (RFC 4511, 4.5.1.8; "+" RFC 3673), and entries as they are sent.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "directory/gal/photo_shelf.hpp"
#include "server/ldap/schema.hpp"
#include "server/ldap/wire/response.hpp"

namespace kontor::ldap {

class Selection {
 public:
  explicit Selection(const wire::Search& search);

  // Reads photos when they are asked for: blocking.
  void put(std::string& out,
           std::int32_t id,
           const directory::Book& book,
           const Node& node,
           const directory::PhotoShelf& photos) const;
  // Of the root DSE and the subschema, whose attributes every selection but of single ones shows.
  void put(std::string& out,
           std::int32_t id,
           std::string_view dn,
           const std::vector<NamedValues>& values) const;

 private:
  struct Column {
    std::string name;  // as asked for
    const AttributeRow* row;
  };
  void add(std::string_view name, const AttributeRow& row);

  std::vector<Column> columns_;
  std::vector<std::string> names_;  // asked for one by one
  bool is_everything_ = false;
  bool types_only_;
};

}  // namespace kontor::ldap
