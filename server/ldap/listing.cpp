// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/ldap/listing.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "base/mime/name_order.hpp"
#include "server/ldap/scope.hpp"

namespace kontor::ldap {
namespace {

using directory::BookEntry;
using wire::Outcome;
using wire::ResultCode;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_look_at_clock = 256;  // entries between two looks

// caseIgnoreOrderingMatch, and the rules of Windows' languages ([MS-ADTS] 3.1.1.3.4.1.13).
bool is_known_rule(std::string_view rule) {
  return rule.empty() || iequals(rule, "caseIgnoreOrderingMatch") || rule == "2.5.13.3" ||
         iequals(rule, "caseIgnoreMatch") || rule == "2.5.13.2" ||
         rule.starts_with("1.2.840.113556.1.4.");
}

// With `is_last` the place of what has no value: RFC 2891, 2.2, behind all others.
struct Key {
  std::string bytes;
  bool is_last = false;

  auto operator<=>(const Key& other) const {
    if (is_last != other.is_last)
      return is_last ? std::strong_ordering::greater : std::strong_ordering::less;
    return bytes <=> other.bytes;
  }
  bool operator==(const Key&) const = default;
};

}  // namespace

std::string SearchWish::identity() const {
  std::string out = search.base;
  out.push_back('\0');
  out.push_back(static_cast<char>(search.scope));
  out += search.filter_bytes;
  for (const auto& key : sort) {
    out.push_back('\0');
    out += to_lower(key.attribute);
    out.push_back(key.is_reverse ? '-' : '+');
  }
  out.push_back('\0');
  out += std::to_string(most);
  return out;
}

Outcome check_sort_key(const wire::SortKey& key) {
  const auto* row = find_attribute(key.attribute);
  if (row == nullptr) return {ResultCode::no_such_attribute, "no such attribute"};
  const bool can = row->matching == Matching::text || row->matching == Matching::telephone;
  if (!can || !is_known_rule(key.rule))
    return {ResultCode::inappropriate_matching, "cannot sort by this"};
  return {};
}

std::pair<Outcome, Listing> Listing::make(std::shared_ptr<const directory::Book> book,
                                          SearchWish wish,
                                          Clock::time_point deadline) {
  Listing listing;
  listing.book_ = std::move(book);
  listing.wish_ = std::move(wish);
  auto outcome = listing.find(deadline);
  if (outcome.is_success()) outcome = listing.sort();
  return {std::move(outcome), std::move(listing)};
}

Outcome Listing::find(Clock::time_point deadline) {
  const auto& search = wish_.search;
  const auto scope = SearchScope::find(*book_, search.base, search.scope);
  if (!scope) return {ResultCode::no_such_object, "there is no such entry in the address book"};
  domain_ = scope->domain_unit();
  const Matcher matcher(*book_, search.filter);
  const auto look_at = [&](const Node& node) {
    if (matcher.evaluate(node) == Truth::yes) nodes_.push_back(node);
  };
  const auto is_enough = [&] {
    return wish_.most != 0 && wish_.sort.empty() && nodes_.size() >= wish_.most;
  };
  std::size_t seen = 0;
  const auto look = [&](const BookEntry& entry) {
    if (scope->has(entry)) look_at({&entry, nullptr});
    is_cut_ = ++seen % k_look_at_clock == 0 && Clock::now() > deadline;
    return !is_cut_ && !is_enough();
  };
  if (scope->only() != nullptr) {
    look(*scope->only());
  } else if (auto candidates = matcher.candidates()) {
    // A heap: when the first few are enough, the others need no order.
    const auto is_behind = [](const BookEntry* a, const BookEntry* b) { return is_before(*b, *a); };
    std::ranges::make_heap(*candidates, is_behind);
    for (bool goes_on = true; goes_on && !candidates->empty(); candidates->pop_back()) {
      std::ranges::pop_heap(*candidates, is_behind);
      goes_on = look(*candidates->back());
    }
  } else {
    book_->visit(look);
  }
  scope->visit_units([&](const directory::BookUnit& unit) {
    if (!is_enough()) look_at({nullptr, &unit});
  });
  return {};
}

std::string Listing::sort_key(const Node& node, const AttributeRow& row) const {
  // RFC 2891, 2.2: of several values the least counts.
  std::optional<std::string> least;
  row.visit(*book_, node, [&](std::string_view value) {
    auto key = mime::name_order_key(value);
    if (!least || key < *least) least = std::move(key);
  });
  return least.value_or("");
}

bool Listing::is_sorted_as_the_book() const {
  if (wish_.sort.empty()) return true;
  const auto* row = find_attribute(wish_.sort.front().attribute);
  if (wish_.sort.size() != 1 || wish_.sort.front().is_reverse) return false;
  if (row != find_attribute("displayName") && row != find_attribute("cn")) return false;
  return std::ranges::all_of(nodes_, [&](const Node& node) {
    if (node.entry == nullptr || node.entry->principal->name.empty()) return false;
    std::size_t values = 0;
    row->visit(*book_, node, [&](std::string_view) { ++values; });
    return values == 1;
  });
}

Outcome Listing::sort() {
  for (const auto& key : wish_.sort)
    if (auto checked = check_sort_key(key); !checked.is_success()) return checked;
  if (is_sorted_as_the_book()) return {};
  struct Row {
    std::vector<Key> keys;
    Node node;
    std::size_t place;  // in the book
  };
  std::vector<Row> rows;
  rows.reserve(nodes_.size());
  for (const auto& node : nodes_) {
    Row row{{}, node, rows.size()};
    for (const auto& key : wish_.sort) {
      auto bytes = sort_key(node, *find_attribute(key.attribute));
      const bool is_last = bytes.empty();
      row.keys.push_back({std::move(bytes), is_last});
    }
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows, [&](const Row& a, const Row& b) {
    for (std::size_t i = 0; i < wish_.sort.size(); ++i)
      if (a.keys[i] != b.keys[i]) return (a.keys[i] < b.keys[i]) != wish_.sort[i].is_reverse;
    return a.place < b.place;
  });
  std::ranges::transform(rows, nodes_.begin(), &Row::node);
  return {};
}

// draft-ietf-ldapext-ldapv3-vlv-09, 2: a client that believes in another length means the same
// part of the list.
Listing::Window Listing::window_of(const wire::View& view) const {
  const std::size_t size = nodes_.size();
  std::size_t target = 0;
  if (view.at_least) {
    const auto wanted = mime::name_order_key(*view.at_least);
    const auto& key = wish_.sort.front();
    const auto* row = find_attribute(key.attribute);
    const auto found = std::ranges::partition_point(nodes_, [&](const Node& node) {
      const auto bytes = sort_key(node, *row);
      if (bytes.empty()) return key.is_reverse;
      return key.is_reverse ? bytes > wanted : bytes < wanted;
    });
    target = static_cast<std::size_t>(found - nodes_.begin());
  } else if (view.count == 0 || view.count == size) {
    target = view.offset > 0 ? view.offset - 1 : 0;
  } else {
    const auto scaled = static_cast<double>(size) * view.offset / view.count;
    target = view.offset <= 1 ? 0 : static_cast<std::size_t>(scaled);
    if (target > 0) --target;
  }
  if (view.offset >= view.count && view.count > 0 && !view.at_least && size > 0) target = size - 1;
  target = std::min(target, size);
  const std::size_t begin = target - std::min<std::size_t>(view.before, target);
  const std::size_t end =
      target == size ? size : std::min(size, target + std::size_t{view.after} + 1);
  return {begin, end, target};
}

}  // namespace kontor::ldap
