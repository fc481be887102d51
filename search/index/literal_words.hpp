// SPDX-License-Identifier: GPL-3.0-or-later
// LiteralWords: what the words of an index say of a text that is looked for as it stands
// (TextOp::literal). Postings are counted as long as that costs less than reading the texts of the
// items that are open yet. For sources of search/index only; throws what Xapian throws.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/analyze/needle.hpp"
#include "search/index/database.hpp"
#include "search/index/index_terms.hpp"
#include "search/index/work.hpp"

namespace kontor::search {

// The words of `field` that begin with `prefix`: `call(word, it)`, without the first byte of their
// terms.
template <class Call>
void for_each_word(const Xapian::Database& database,
                   Field field,
                   std::string_view prefix,
                   Call call) {
  const auto begin = term_of(TermSpace::word, field, prefix);
  const auto end = database.allterms_end(begin);
  for (auto it = database.allterms_begin(begin); it != end; ++it) {
    const std::string term = *it;
    call(std::string_view(term).substr(1), it);
  }
}
void add_postings(const Xapian::Database& database, const std::string& term, ItemBits& out);

class LiteralWords {
 public:
  LiteralWords(const Database& database, Work& work, Fields fields)
      : database_(database), work_(work), fields_(fields) {}

  // Of the items `domain`, those that may have all of `runs`.
  ItemBits candidates(std::span<const NeedleRun> runs, const ItemBits& domain);

  struct Found {
    ItemBits with_text;  // items with a word that has `folded` in it under mime::fold_case
    ItemBits with_run;   // with one that fits the run alone
    bool complete;       // these are all; false: any other of `domain` may be one as well
  };
  Found exact(const NeedleRun& run, std::string_view folded, const ItemBits& domain);

 private:
  struct Hit {
    const Xapian::Database* database;
    Xapian::doccount postings;
    std::string term;
  };
  struct Hits {
    std::vector<Hit> kept;  // those with the most postings
    std::uint64_t cost = 0;
    bool complete = true;
    void add(Hit hit);
    void take(Hits hits);
  };
  std::vector<Hits> walk(const OpenSegment& open,
                         std::span<const NeedleRun> runs,
                         std::string_view prefix);
  std::vector<Hits> look(std::span<const NeedleRun> runs, std::string_view prefix);
  void narrow(const Hits& hits, ItemBits& items);
  bool is_dear_to_read(const ItemBits& items) const;
  bool are_texts_few() const;

  const Database& database_;
  Work& work_;
  Fields fields_;
};

}  // namespace kontor::search
