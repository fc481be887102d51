// SPDX-License-Identifier: GPL-3.0-or-later
// The words of the query language: keys ("from", "от"), marks ("unread") and operators. Pure.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "search/query/query.hpp"

namespace kontor::search {

enum class Key : std::uint8_t {
  text,     // in fields
  exact,    // a substring
  is,       // a mark, or has:attachment
  folder,   // and those below it
  only_in,  // a folder alone
  before,
  after,
  on,
  since,
  until,
  older,
  newer,
  size,
  larger,
  smaller,
  keyword,
  list,
  id,
  kind,  // mail, event, task, contact, note, person
};

struct KeyWord {
  std::string_view name;
  Key key = Key::text;
  Fields fields = k_people_fields;  // of Key::text
};

// nullptr: there is no such key. Any case; ё and е alike.
const KeyWord* find_key(std::string_view name);
// The key nearest to a name that is none; empty: none is near.
std::string_view nearest_key(std::string_view name);
// The word a query is printed with; of texts in these fields (empty: the bare word's).
std::string_view name_of(Key key);
std::string_view name_of(Fields fields);

// What is:X and has:X mean; nothing for another word.
std::optional<QueryLeaf> find_mark(std::string_view name);
std::string_view name_of(const FlagIs& flag);
std::string_view nearest_mark(std::string_view name);

// What kind:X means; nothing for another word. The word it is printed with.
std::optional<ItemKind> find_kind(std::string_view name);
std::string_view name_of(ItemKind kind);
std::string_view nearest_kind(std::string_view name);

enum class Operator : std::uint8_t { none, both, either, negated };
// AND, OR, NOT, И, ИЛИ, НЕ, in capitals alone.
Operator find_operator(std::string_view word);

// Lower case, ё as е: the form in which words of the language are compared.
std::string key_form(std::string_view text);
template <class Words>
bool is_among(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}
// Are they nearer than `least` edits, and not just any two words? Then that is the new `least`.
bool is_near(std::string_view written, std::string_view meant, std::size_t& least);

}  // namespace kontor::search
