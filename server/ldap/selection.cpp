// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/selection.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::ldap {

Selection::Selection(const wire::Search& search) : types_only_(search.types_only) {
  const auto add_all = [this](bool operational) {
    is_everything_ = true;
    for (const auto& row : attribute_table())
      if (row.is_operational == operational) add(row.name(), row);
  };
  if (search.attributes.empty()) add_all(false);
  for (const auto& name : search.attributes) {
    if (name == "*")
      add_all(false);
    else if (name == "+")
      add_all(true);
    else if (const auto* row = find_attribute(name); row != nullptr)
      add(name, *row);
    names_.push_back(name);
  }
}

// An attribute asked for under two of its names is shown under both: mail programs look for the one
// they know.
void Selection::add(std::string_view name, const AttributeRow& row) {
  const auto is_it = [&](const Column& one) { return iequals(one.name, name); };
  if (std::ranges::none_of(columns_, is_it)) columns_.push_back({std::string(name), &row});
}

void Selection::put(std::string& out,
                    std::int32_t id,
                    const directory::Book& book,
                    const Node& node,
                    const directory::PhotoShelf& photos) const {
  std::vector<wire::Attribute> shown;
  for (const auto& column : columns_) {
    wire::Attribute attribute{column.name, {}};
    column.row->visit(book, node, [&](std::string_view value) {
      if (column.row->matching != Matching::photo) {
        attribute.values.emplace_back(value);
      } else if (auto bytes = photos.read(std::string(value))) {
        attribute.values.push_back(*std::move(bytes));
      }
    });
    if (attribute.values.empty()) continue;
    if (types_only_) attribute.values.clear();
    shown.push_back(std::move(attribute));
  }
  wire::put_entry(out, id, node.dn(), shown);
}

void Selection::put(std::string& out,
                    std::int32_t id,
                    std::string_view dn,
                    const std::vector<NamedValues>& values) const {
  std::vector<wire::Attribute> shown;
  for (const auto& [name, list] : values) {
    const auto is_it = [&](const std::string& asked) { return iequals(asked, name); };
    if (!is_everything_ && std::ranges::none_of(names_, is_it)) continue;
    shown.push_back({name, types_only_ ? std::vector<std::string>() : list});
  }
  wire::put_entry(out, id, dn, shown);
}

}  // namespace kontor::ldap
