// SPDX-License-Identifier: GPL-3.0-or-later
// Database: the segments of an index, open for reading: one file descriptor each. For sources of
// search/index only; what Xapian throws goes through (xapian_call.hpp).
#pragma once
#include <xapian.h>

#include <string>
#include <vector>

#include "search/index/catalog.hpp"
#include "search/index/item_bits.hpp"
#include "search/index/text_packing.hpp"
#include "search/index/word_list.hpp"

namespace kontor::search {

struct OpenSegment {
  Segment segment;
  Xapian::Database database;
  WordList words;
};

class Database {
 public:
  explicit Database(Dictionaries dictionaries) : dictionaries_(std::move(dictionaries)) {}
  void add(const Segment& segment, const std::string& path, WordList words);

  const std::vector<OpenSegment>& segments() const { return segments_; }
  // All segments as one database of Xapian; the item of a document of it is item_of().
  const Xapian::Database& all() const { return all_; }
  ItemId item_of(Xapian::docid id) const { return (id - 1) / segments_.size() + 1; }
  ItemSpan span() const;

  // Adds the items that have `term`; the number of them.
  std::uint64_t add_items(const std::string& term, ItemBits& out) const;
  const Dictionaries& dictionaries() const { return dictionaries_; }
  // The data of an item (text_packing.hpp); empty: it is in none of the segments.
  std::string data_of(ItemId item) const;
  // What was noted for `key` when documents were added.
  std::vector<std::string> noted(const std::string& key) const;

 private:
  Dictionaries dictionaries_;
  std::vector<OpenSegment> segments_;
  Xapian::Database all_;
};

}  // namespace kontor::search
