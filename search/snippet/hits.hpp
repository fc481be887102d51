// SPDX-License-Identifier: GPL-3.0-or-later
// Where the words that a query looks for stand in a text. One thread at a time.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mime/fields.hpp"
#include "search/analyze/analyzer.hpp"
#include "search/analyze/needle.hpp"
#include "search/fields/document.hpp"
#include "search/query/text_query.hpp"

namespace kontor::search {

struct Place {
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  std::uint32_t word = 0;  // of the query: which of its words it is
};

class WordFinder {
 public:
  // Words under none_of are not looked for. `analyzer` outlives it.
  WordFinder(const TextQuery& query, Analyzer& analyzer);
  // In order of their ends; they may overlap.
  std::vector<Place> find(std::string_view text, Field field) const;

 private:
  // One word of the query, or a phrase.
  struct Sought {
    Fields fields = k_every_field;
    QueryWord word;
    bool open_end = false;        // of the last term only the beginning is known
    std::vector<NeedleRun> runs;  // of a literal; there is no word then
  };
  class Scan;

  void add(const TextQuery& query);
  void add_word(QueryWord word, Fields fields, bool open_end);

  Analyzer& analyzer_;
  std::vector<Sought> sought_;
};

}  // namespace kontor::search
