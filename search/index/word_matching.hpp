// SPDX-License-Identifier: GPL-3.0-or-later
// What the terms say of a leaf: the items for which it is true by them, and those whose texts have
// to be read to know. For sources of search/index only; throws what Xapian throws.
#pragma once
#include "search/analyze/analyzer.hpp"
#include "search/index/database.hpp"
#include "search/index/index_terms.hpp"
#include "search/index/truth.hpp"
#include "search/index/work.hpp"

namespace kontor::search {

struct ByTerms {
  explicit ByTerms(ItemSpan span) : yes(span), read(span), by_name(span) {}

  ItemBits yes;
  ItemBits read;     // to be read, unless in `yes`
  ItemBits by_name;  // has a word by its name in another script: a folded text does not show that
};

class WordMatching {
 public:
  WordMatching(const Database& database, Analyzer& analyzer, Work& work)
      : database_(database), analyzer_(analyzer), work_(work), span_(database.span()) {}

  // Of the items `domain`. words: also of prefix.
  ByTerms words(const TextQuery& leaf, const ItemBits& domain);
  ByTerms phrase(const TextQuery& leaf, const ItemBits& domain);
  ByTerms literal(const TextQuery& leaf, const ItemBits& domain);
  ItemBits marked(const char* mark);

 private:
  void add(TermSpace space, Field field, std::string_view text, ItemBits& out);
  // Items with `word` in `field`.
  void add_word(const QueryWord& word, Field field, ByTerms& out);
  void add_open_word(const QueryWord& word, Field field, ByTerms& out);
  void add_together(const QueryWord& word, Field field, bool open_end, ByTerms& out);
  void add_beginning(std::string_view begin, Field field, ItemBits& out);
  void add_forms(const QueryWord& word, Field field, ByTerms& out);
  const std::vector<std::string>& forms_of(const std::string& stem);
  ItemBits unread(const ItemBits& domain, bool long_words);

  const Database& database_;
  Analyzer& analyzer_;
  Work& work_;
  ItemSpan span_;
  bool all_counted_ = true;  // no postings were left out for the Work they are
  std::vector<std::pair<std::string, std::vector<std::string>>> forms_;  // of the leaf at hand
};

}  // namespace kontor::search
