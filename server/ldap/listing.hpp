// SPDX-License-Identifier: GPL-3.0-or-later
// Listing: what a search found, in the order that was asked for, and the windows of it that answers
// show: all, a page (RFC 2696) or a view (draft-ietf-ldapext-ldapv3-vlv-09). Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/ldap/match.hpp"
#include "server/ldap/wire/controls.hpp"

namespace kontor::ldap {

struct SearchWish {
  wire::Search search;
  std::vector<wire::SortKey> sort;  // empty: the book's order
  std::size_t most = 0;             // in the book's order: no more are looked for; 0: all
  // What tells one listing from another: base, scope, filter, order, and how many at most.
  std::string identity() const;
};

class Listing {
 public:
  // Holds on to the book. An Outcome other than success: no such object, an attribute that nobody
  // can sort by. What was found until `deadline` is in it, and is_cut().
  static std::pair<wire::Outcome, Listing> make(std::shared_ptr<const directory::Book> book,
                                                SearchWish wish,
                                                std::chrono::steady_clock::time_point deadline);

  const directory::Book& book() const noexcept { return *book_; }
  const SearchWish& wish() const noexcept { return wish_; }
  bool is_cut() const noexcept { return is_cut_; }
  std::size_t size() const noexcept { return nodes_.size(); }
  const Node& at(std::size_t place) const { return nodes_[place]; }

  // Where a view begins and ends, and the place of its target, from 0.
  struct Window {
    std::size_t begin = 0, end = 0, target = 0;
  };
  Window window_of(const wire::View& view) const;

 private:
  Listing() = default;
  wire::Outcome find(std::chrono::steady_clock::time_point deadline);
  wire::Outcome sort();
  bool is_sorted_as_the_book() const;
  std::string sort_key(const Node& node, const AttributeRow& row) const;

  std::shared_ptr<const directory::Book> book_;
  SearchWish wish_;
  std::vector<Node> nodes_;
  // The unit of a base that is the domain of addresses but no container of the tree.
  std::shared_ptr<const directory::BookUnit> domain_;
  bool is_cut_ = false;
};

// The attribute of a sort key and whether it can be sorted by; success: it can.
wire::Outcome check_sort_key(const wire::SortKey& key);

}  // namespace kontor::ldap
