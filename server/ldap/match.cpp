// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/match.hpp"

#include <algorithm>
#include <iterator>

#include "base/core/text.hpp"
#include "base/mime/name_order.hpp"
#include "directory/model/attributes.hpp"
#include "directory/model/filter.hpp"

namespace kontor::ldap {
namespace {

using directory::BookEntry;
using Entries = std::vector<const BookEntry*>;
using Kind = wire::Filter::Kind;

// RFC 4518, 2.6.3: blanks and hyphens do not count; of nothing else, one blank is left.
std::string prepared_telephone(std::string_view value) {
  std::string out;
  for (const char c : directory::fold_part(value))
    if (c != ' ' && c != '-') out.push_back(c);
  return out.empty() && !value.empty() ? " " : out;
}

std::string prepared(Matching matching, std::string_view value) {
  if (matching == Matching::telephone) return prepared_telephone(value);
  if (matching == Matching::dn) return directory::fold_dn(value);
  return directory::fold_value(value);
}

// Runs of blanks as one, those at the ends kept.
std::string prepared_part(Matching matching, std::string_view value) {
  if (matching == Matching::telephone) return prepared_telephone(value);
  std::string out;
  for (const char c : directory::fold_part(value))
    if (c != ' ' || !out.ends_with(' ')) out.push_back(c);
  return out;
}

// Which comparisons an attribute has a rule for.
bool has_rule(Kind kind, Matching matching) {
  switch (kind) {
    case Kind::present:
      return true;
    case Kind::equal:
    case Kind::extensible:
      return matching != Matching::photo;
    case Kind::substrings:
      return matching == Matching::text || matching == Matching::telephone;
    default:
      return matching == Matching::text;
  }
}

// A rule that is the attribute's own equality.
bool is_equality(std::string_view rule, Matching matching) {
  if (rule.empty()) return true;
  if (matching == Matching::text) return iequals(rule, "caseIgnoreMatch") || rule == "2.5.13.2";
  if (matching == Matching::dn)
    return iequals(rule, "distinguishedNameMatch") || rule == "2.5.13.1";
  return iequals(rule, "telephoneNumberMatch") || rule == "2.5.13.20";
}

constexpr Truth truth_of(bool is_true) { return is_true ? Truth::yes : Truth::no; }

void keep_once(Entries& all) {
  std::ranges::sort(all);
  const auto [first, last] = std::ranges::unique(all);
  all.erase(first, last);
}

}  // namespace

Matcher::Matcher(const directory::Book& book, const wire::Filter& filter)
    : book_(&book), root_(prepare(filter)) {}

Matcher::Item Matcher::prepare(const wire::Filter& filter) const {
  Item item;
  item.kind = filter.kind;
  if (filter.kind == Kind::all || filter.kind == Kind::any || filter.kind == Kind::none) {
    for (const auto& one : filter.inner) item.inner.push_back(prepare(one));
    return item;
  }
  const AttributeRow* row = find_attribute(filter.attribute);
  if (row == nullptr || !has_rule(filter.kind, row->matching)) return item;
  if (filter.kind == Kind::extensible) {
    // RFC 4511, 4.5.1.7.7: rules that are not known leave it undefined.
    if (filter.dn_attributes || !is_equality(filter.rule, row->matching)) return item;
    item.kind = Kind::equal;
  }
  item.row = row;
  prepare_values(filter, item);
  return item;
}

void Matcher::prepare_values(const wire::Filter& filter, Item& item) const {
  for (const auto& value : filter.values) {
    if (item.kind == Kind::greater || item.kind == Kind::less)
      item.values.push_back(mime::name_order_key(value));
    else if (item.kind == Kind::substrings)
      item.values.push_back(prepared_part(item.row->matching, value));
    else if (item.kind == Kind::approximate)
      item.values.push_back(to_valid_utf8(value));
    else
      item.values.push_back(prepared(item.row->matching, value));
  }
  if (item.row->is_indexed && (item.kind == Kind::equal || item.kind == Kind::substrings))
    item.beginning = item.values.front();
}

bool Matcher::sounds_like(const Item& item, std::string_view value) const {
  const auto& spelling = book_->spelling();
  const auto words = directory::words_of(value);
  return std::ranges::all_of(directory::words_of(item.values.front()),
                             [&](std::string_view sought) {
                               const auto folded = spelling.fold(sought);
                               const auto keys = spelling.keys_of_prefix(sought);
                               return std::ranges::any_of(words, [&](std::string_view word) {
                                 if (spelling.fold(word) == folded) return true;
                                 const auto key = spelling.key(word);
                                 return !key.empty() && std::ranges::find(keys, key) != keys.end();
                               });
                             });
}

bool Matcher::fits(const Item& item, std::string_view value) const {
  switch (item.kind) {
    case Kind::equal:
      return prepared(item.row->matching, value) == item.values.front();
    case Kind::substrings:
      return directory::contains_parts(prepared(item.row->matching, value), item.values);
    case Kind::greater:
      return mime::name_order_key(value) >= item.values.front();
    case Kind::less:
      return mime::name_order_key(value) <= item.values.front();
    case Kind::approximate:
      return sounds_like(item, value);
    default:
      return true;
  }
}

Truth Matcher::evaluate(const Item& item, const Node& node) const {
  if (item.kind == Kind::none) {
    const Truth inner = evaluate(item.inner.front(), node);
    return inner == Truth::undefined ? inner : truth_of(inner == Truth::no);
  }
  if (item.kind == Kind::all || item.kind == Kind::any) {
    // RFC 4511, 4.5.1.7: what decides alone decides; without it anything undefined does.
    const Truth decisive = truth_of(item.kind == Kind::any);
    Truth result = truth_of(item.kind == Kind::all);
    for (const auto& one : item.inner) {
      const Truth truth = evaluate(one, node);
      if (truth == decisive) return truth;
      if (truth == Truth::undefined) result = truth;
    }
    return result;
  }
  if (item.row == nullptr) return Truth::undefined;
  bool found = false;
  const Sink sink = [&](std::string_view value) { found = found || fits(item, value); };
  item.row->visit(*book_, node, sink);
  return truth_of(found);
}

std::optional<Entries> Matcher::candidates_of(const Item& item) const {
  if (item.kind == Kind::all) {
    std::optional<Entries> best;
    for (const auto& one : item.inner) {
      auto found = candidates_of(one);
      if (found && (!best || found->size() < best->size())) best = std::move(found);
    }
    return best;
  }
  if (item.kind == Kind::any) {
    Entries all;
    // Programs look for what is typed in several attributes: all are found by the same words.
    std::vector<std::string_view> sought;
    for (const auto& one : item.inner) {
      if (one.row != nullptr && std::ranges::find(sought, one.beginning) != sought.end()) continue;
      auto found = candidates_of(one);
      if (!found) return std::nullopt;
      if (one.row != nullptr) sought.push_back(one.beginning);
      all.insert(all.end(), found->begin(), found->end());
    }
    keep_once(all);
    return all;
  }
  if (item.row == nullptr && item.kind != Kind::none) return Entries();  // never true
  if (item.beginning.empty()) return std::nullopt;
  return book_->beginning_with(item.beginning, book_->size() / 4 + 100);
}

std::optional<Entries> Matcher::candidates() const { return candidates_of(root_); }

}  // namespace kontor::ldap
