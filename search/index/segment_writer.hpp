// SPDX-License-Identifier: GPL-3.0-or-later
// SegmentWriter: makes a database of some documents. Memory: about ten times the text added; the
// caller ends a segment by its bytes. Blocking; one thread.
#pragma once
#include <memory>
#include <string>

#include "search/analyze/analyzer.hpp"
#include "search/analyze/stemmer.hpp"
#include "search/index/catalog.hpp"
#include "search/index/text_packing.hpp"

namespace kontor::search {

class SegmentWriter {
 public:
  // Makes it in `folder`, which is there and empty. `analyzer` and `stemmer` must outlive this.
  // Texts are packed with `dictionary`, unless it is empty.
  SegmentWriter(std::string folder, Analyzer& analyzer, Stemmer& stemmer, DictionaryPtr dictionary);
  ~SegmentWriter();

  // Items ascend. no_space, io_error.
  Result<void> add(const Document& document);
  std::uint64_t text_bytes() const;
  // Packs it into the file `folder`/packed, not yet synced. What is known of it now.
  Result<Segment> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::search
