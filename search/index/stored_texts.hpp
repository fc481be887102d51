// SPDX-License-Identifier: GPL-3.0-or-later
// StoredTexts: the texts of a document as they lie in a database (docs/formats/search-index.md):
// folded by mime::fold_case, so that a substring is looked for in them as they are; those of
// attachments as they were given, too. Xapian packs them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "search/query/text_query.hpp"

namespace kontor::search {

class StoredTexts {
 public:
  // `folded`: under mime::fold_case.
  void add_folded(Field field, std::string_view folded);
  void add_given(const FieldText& text);
  std::size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Of the texts `bytes` has: `call(field, folded)`. False: the bytes are damaged.
template <class Call>
bool for_each_folded(std::string_view bytes, Call call);
// The texts as they were given.
bool given_texts(std::string_view bytes, std::vector<FieldText>& out);

// One text, cut from the front of `bytes`. False: there is none, or it is damaged.
struct StoredText {
  Field field{};
  bool given = false;
  std::string_view text;
};
bool next_text(std::string_view& bytes, StoredText& out);

template <class Call>
bool for_each_folded(std::string_view bytes, Call call) {
  StoredText text;
  while (!bytes.empty()) {
    if (!next_text(bytes, text)) return false;
    if (!text.given) call(text.field, text.text);
  }
  return true;
}

}  // namespace kontor::search
