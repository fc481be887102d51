// SPDX-License-Identifier: GPL-3.0-or-later
// TextQuery: what is asked of the texts of a Document. Everything else one may ask (folder, flags,
// dates, size) is asked of the store's columns, not of the index.
//
// Two kinds of leaves. `words` is for people: by words, both stems, ё and е alike, any order of a
// word's forms; a phrase keeps the order. `literal` is IMAP's: a case-insensitive substring of the
// decoded text, exactly (RFC 9051, 6.4.4).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/fields/document.hpp"

namespace kontor::search {

// A set of Field.
using Fields = std::uint16_t;
constexpr Fields fields_of(Field field) { return Fields(1U << unsigned(field)); }
inline constexpr Fields k_every_field = (1U << k_fields) - 1;

enum class TextOp : std::uint8_t {
  all,             // every child; of none: true
  any,             // one child at least; of none: false
  none_of,         // no child
  words,           // every word of `text` in one of `fields`, in any form
  phrase,          // the words of `text` in this order, one after the other, in one field
  prefix,          // a word that begins so
  literal,         // `text` is a substring
  has_attachment,  // Document::has_attachment; `text` and `fields` say nothing
};

struct TextQuery {
  TextOp op = TextOp::all;
  std::string text;  // UTF-8, as written
  Fields fields = k_every_field;
  std::vector<TextQuery> children;

  bool operator==(const TextQuery&) const = default;
};

}  // namespace kontor::search
