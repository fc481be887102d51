// SPDX-License-Identifier: GPL-3.0-or-later
// Filters of searches against the address book (RFC 4511, 4.5.1.7). Pure.
//
// Texts are compared case folded and with runs of blanks as one (RFC 4518), telephone numbers
// without blanks and hyphens. "<=" and ">=" follow the order of the book. "~=" finds words of names
// in either script. What cannot be known (an attribute that is not shown, a rule that an attribute
// has not) is undefined, and so is its negation.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/ldap/schema.hpp"
#include "server/ldap/wire/filter.hpp"

namespace kontor::ldap {

enum class Truth : std::uint8_t { no, yes, undefined };

class Matcher {
 public:
  // `book` outlives it.
  Matcher(const directory::Book& book, const wire::Filter& filter);

  Truth evaluate(const Node& node) const { return evaluate(root_, node); }
  // Entries of the book among which are all that fulfil it, each once, in no order; nothing: look
  // at all.
  std::optional<std::vector<const directory::BookEntry*>> candidates() const;

 private:
  struct Item {
    wire::Filter::Kind kind = wire::Filter::Kind::present;
    const AttributeRow* row = nullptr;  // nullptr: undefined
    std::vector<Item> inner;
    std::vector<std::string> values;  // ready to be compared
    std::string beginning;            // for candidates(); empty: none
  };
  Item prepare(const wire::Filter& filter) const;
  void prepare_values(const wire::Filter& filter, Item& item) const;
  Truth evaluate(const Item& item, const Node& node) const;
  bool fits(const Item& item, std::string_view value) const;
  bool sounds_like(const Item& item, std::string_view value) const;
  std::optional<std::vector<const directory::BookEntry*>> candidates_of(const Item& item) const;

  const directory::Book* book_;
  Item root_;
};

}  // namespace kontor::ldap
