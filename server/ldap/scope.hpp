// SPDX-License-Identifier: GPL-3.0-or-later
// Which entries a search is about: its base and scope (RFC 4511, 4.5.1.1 and 4.5.1.2). Pure.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/ldap/schema.hpp"
#include "server/ldap/wire/request.hpp"

namespace kontor::ldap {

class SearchScope {
 public:
  // Nothing: there is no such base. `book` outlives it.
  static std::optional<SearchScope> find(const directory::Book& book,
                                         std::string_view base,
                                         wire::Scope scope);

  bool has(const directory::BookEntry& entry) const;
  // Containers in it.
  void visit_units(const std::function<void(const directory::BookUnit&)>& work) const;
  // The only entry there can be; nullptr: it is about more, or about a container.
  const directory::BookEntry* only() const noexcept { return only_; }
  // For the base that is a domain of addresses and no container: it stands for one.
  std::shared_ptr<const directory::BookUnit> domain_unit() const noexcept { return domain_unit_; }

 private:
  SearchScope() = default;

  const directory::Book* book_ = nullptr;
  wire::Scope scope_ = wire::Scope::subtree;
  std::string base_;  // folded; empty: the whole book
  const directory::BookEntry* only_ = nullptr;
  std::string domain_;  // "@example.test": by address, not by the tree
  std::shared_ptr<const directory::BookUnit> domain_unit_;
};

}  // namespace kontor::ldap
