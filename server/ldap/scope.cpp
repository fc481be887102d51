// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/scope.hpp"

#include "directory/model/attributes.hpp"

namespace kontor::ldap {
namespace {

using directory::BookEntry;
using directory::BookUnit;
using wire::Scope;

bool is_in(std::string_view folded_dn, std::string_view base, Scope scope) {
  if (scope == Scope::base) return folded_dn == base;
  if (scope == Scope::one) return directory::parent_of_dn(folded_dn) == base;
  return base.empty() || folded_dn == base ||
         (folded_dn.size() > base.size() && folded_dn.ends_with(base) &&
          folded_dn[folded_dn.size() - base.size() - 1] == ',');
}

}  // namespace

std::optional<SearchScope> SearchScope::find(const directory::Book& book,
                                             std::string_view base,
                                             Scope scope) {
  SearchScope out;
  out.book_ = &book;
  out.scope_ = scope;
  out.base_ = directory::fold_dn(base);
  if (out.base_.empty()) return out;
  if (const auto* entry = book.find_dn(out.base_); entry != nullptr) {
    out.only_ = entry;
    return out;
  }
  if (book.find_unit(out.base_) != nullptr) return out;
  const auto domain = directory::domain_of_context(out.base_);
  if (domain.empty() || !book.copy().is_local_domain(domain)) return std::nullopt;
  out.domain_ = "@" + domain;
  out.domain_unit_ = std::make_shared<const BookUnit>(BookUnit{std::string(base), 0});
  return out;
}

bool SearchScope::has(const BookEntry& entry) const {
  if (only_ != nullptr) return &entry == only_ && scope_ != Scope::one;
  if (!domain_.empty())
    return scope_ != Scope::base && directory::fold_name(entry.mail).ends_with(domain_);
  if (base_.empty() && scope_ == Scope::one)  // an entry that is its own naming context
    return directory::parent_of_dn(entry.folded_dn).empty();
  return is_in(entry.folded_dn, base_, scope_);
}

void SearchScope::visit_units(const std::function<void(const BookUnit&)>& work) const {
  if (only_ != nullptr) return;
  if (domain_unit_ != nullptr) {
    if (scope_ != Scope::one) work(*domain_unit_);
    return;
  }
  book_->visit_units([&](std::string_view dn, const BookUnit& unit) {
    const bool is_context = directory::context_of_dn(dn) == dn;
    // Naming contexts stand below the root, whatever their DNs say (RFC 4512, 5.1).
    const bool is_below_root = base_.empty() && scope_ == Scope::one;
    if (is_below_root ? is_context : is_in(dn, base_, scope_)) work(unit);
  });
}

}  // namespace kontor::ldap
