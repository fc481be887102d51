// SPDX-License-Identifier: GPL-3.0-or-later
// TextReading: whether a leaf is true of an item, by the texts of it that a database keeps. One
// thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/analyze/analyzer.hpp"
#include "search/query/matcher.hpp"

namespace kontor::search {

class TextReading {
 public:
  // `leaf` and `analyzer` must outlive this.
  TextReading(const TextQuery& leaf, Analyzer& analyzer);
  // Of texts kept whole (stored_texts.hpp), true or false as Matcher says it of the document, but
  // for names in another script, which folded texts do not show.
  bool is_true_of(std::string_view stored);
  // What stands next to each other in every text of which it is true (word_pairs.hpp).
  const std::vector<std::uint64_t>& pairs() const { return pairs_; }

 private:
  bool has_literal(std::string_view stored) const;
  bool may_have_phrase(std::string_view folded);
  bool has_phrase(std::string_view text);

  const TextQuery& leaf_;
  Analyzer& analyzer_;
  std::string needle_;              // of a literal
  std::vector<std::string> terms_;  // of a phrase
  std::vector<std::string> bare_;   // the same, bare of marks
  std::vector<std::vector<std::uint32_t>> places_;
  std::vector<std::uint64_t> pairs_;
  std::optional<Matcher> matcher_;  // of the others
  std::string buffer_;
};

}  // namespace kontor::search
