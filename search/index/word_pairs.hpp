// SPDX-License-Identifier: GPL-3.0-or-later
// WordPairs: which words of a document stand next to each other, as a few bits of each pair, so
// that most texts without a phrase need not be unpacked to know it. A Bloom filter of one bit: says
// yes too often, never no wrongly. Stable: the bits lie on disk (docs/formats/search-index.md).
// Pure; one thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/analyze/analyzer.hpp"

namespace kontor::search {

std::uint64_t pair_of(std::string_view first, std::string_view second);

class WordPairs {
 public:
  void clear();
  // A new text: its words stand next to none of the others.
  void begin_text();
  // Words and pieces, in the order in which Analyzer tells them.
  void add(const Token& token);
  // Empty: of too many pairs, or of none.
  std::string bits();

 private:
  std::vector<std::uint64_t> before_, here_;  // hashes of the words of two positions
  std::uint32_t position_ = 0;
  std::vector<std::uint64_t> pairs_;
  bool too_many_ = false;
};

// Whether a document with these bits may have all of `pairs`.
bool may_have_pairs(std::string_view bits, std::span<const std::uint64_t> pairs);

}  // namespace kontor::search
