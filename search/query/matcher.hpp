// SPDX-License-Identifier: GPL-3.0-or-later
// Matcher: is a TextQuery true of a Document? Read word by word, without an index: for what is not
// indexed yet, and as the measure of what an index answers.
//
// A phrase stands within one text of the document (one FieldText). The words of `prefix` but the
// last are looked for as by `words`; of the last, the end may be missing. A query of words that has
// none is true. One thread at a time; memory for the words of one document.
#pragma once
#include <memory>

#include "search/analyze/analyzer.hpp"
#include "search/fields/document.hpp"
#include "search/query/text_query.hpp"

namespace kontor::search {

class Matcher {
 public:
  // `analyzer` outlives it.
  Matcher(TextQuery query, Analyzer& analyzer);
  Matcher(Matcher&&) noexcept;
  ~Matcher();
  bool matches(const Document& document) const;

 private:
  struct Node;
  class Reading;
  static Node make_node(const TextQuery& query, Analyzer& analyzer);

  Analyzer& analyzer_;
  std::unique_ptr<Node> root_;
};

bool matches(const TextQuery& query, const Document& document, Analyzer& analyzer);

}  // namespace kontor::search
