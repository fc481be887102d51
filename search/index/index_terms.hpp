// SPDX-License-Identifier: GPL-3.0-or-later
// The terms of documents in the databases (docs/formats/search-index.md). Pure.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "search/query/text_query.hpp"

namespace kontor::search {

// Longer words get no term: the document is marked.
inline constexpr std::size_t k_longest_term = 100;  // bytes
// A document's further words get no term: it is marked.
inline constexpr std::size_t k_most_terms = 50'000;
// Further texts of a document are not kept: it is marked.
inline constexpr std::size_t k_most_text = 32U << 20U;  // bytes

// What of a document a term tells beside its words.
namespace mark {
inline constexpr auto attachment = "!a";   // Document::has_attachment
inline constexpr auto cut = "!c";          // some of its words have no terms
inline constexpr auto header = "!h";       // has texts of Field::header, which are not in it
inline constexpr auto wide_header = "!w";  // with other than ASCII in them
inline constexpr auto long_run = "!l";     // a word is longer than terms
inline constexpr auto partial = "!p";      // its texts are not whole in it
inline constexpr auto untried = "!t";      // its attachments were not read: Reading::not_tried
inline constexpr auto unspaced = "!u";     // Traits::unspaced
inline constexpr auto inexact = "!x";      // not Traits::exact
}  // namespace mark

enum class TermSpace : char { word = 'a', whole = 'A', name = 'n' };

inline std::string term_of(TermSpace space, Field field, std::string_view text) {
  std::string out(1, static_cast<char>(static_cast<int>(space) + static_cast<int>(field)));
  return out.append(text);
}

inline bool is_word_term(std::string_view term) {
  return !term.empty() && term.front() >= 'a' && term.front() < 'a' + static_cast<int>(k_fields);
}

// `call(field)` for each of the fields that are in the databases.
template <class Call>
void for_each_field(Fields fields, Call call) {
  for (std::size_t i = 0; i < k_fields; ++i)
    if (const auto field = static_cast<Field>(i);
        field != Field::header && (fields & fields_of(field)) != 0)
      call(field);
}

}  // namespace kontor::search
