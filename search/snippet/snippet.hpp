// SPDX-License-Identifier: GPL-3.0-or-later
// Snippets: the piece of a text that shows best why a query found it, for lists of results and
// previews (RFC 8970). Plain text with ranges; whoever shows it makes markup of them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "search/analyze/analyzer.hpp"
#include "search/fields/document.hpp"
#include "search/query/text_query.hpp"
#include "search/snippet/hits.hpp"

namespace kontor::search {

struct Mark {
  std::size_t begin = 0;  // bytes of the snippet's text
  std::size_t end = 0;
};

struct Snippet {
  Field field = Field::body;
  std::string text;         // UTF-8, one line; "…" where something was left out
  std::vector<Mark> marks;  // the words looked for: ascending, none touches another
};

class SnippetMaker {
 public:
  // `analyzer` outlives it. One thread at a time.
  SnippetMaker(const TextQuery& query, Analyzer& analyzer) : finder_(query, analyzer) {}

  // Of the text of the document (body, attachments) that has most of the words; with none of them
  // the beginning of the first. At most `most` code points; empty: there is no text.
  Snippet of(const Document& document, std::size_t most) const;
  // One piece where all words of the text that are looked for stand together, otherwise two. Cut
  // between words as far as there are blanks, never within a character and its accents. White space
  // and control characters are one blank; characters that turn the direction of text are left out.
  Snippet of(const FieldText& text, std::size_t most) const;

 private:
  WordFinder finder_;
};

}  // namespace kontor::search
