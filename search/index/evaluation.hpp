// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluation: a TextQuery worked out over an index. The terms give candidates; what they leave open
// is decided by the texts in the databases, as far as Work goes. For sources of search/index only;
// throws what Xapian throws.
#pragma once
#include "search/index/text_packing.hpp"
#include "search/index/text_reading.hpp"
#include "search/index/truth.hpp"
#include "search/index/word_matching.hpp"

namespace kontor::search {

// limit: more words or levels than are worked out.
Result<void> check_size(const TextQuery& query);

class Evaluation {
 public:
  Evaluation(const Database& database, Analyzer& analyzer)
      : database_(database), analyzer_(analyzer), words_(database, analyzer, work_) {}

  // Of the items `domain`, those for which `query` is true or may be. After check_size().
  Truth run(const TextQuery& query, const ItemBits& domain);

 private:
  Truth all(const TextQuery& query, const ItemBits& domain);
  Truth any(const TextQuery& query, const ItemBits& domain);
  Truth leaf(const TextQuery& query, const ItemBits& domain);
  Truth read(const TextQuery& query, ByTerms found, const ItemBits& domain);
  bool is_true_of(ItemId item, TextReading& reader);
  ItemBits open_items(const TextQuery& query);

  const Database& database_;
  Analyzer& analyzer_;
  Work work_;
  WordMatching words_;
  TextUnpacker unpacker_;
};

}  // namespace kontor::search
