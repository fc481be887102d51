// SPDX-License-Identifier: GPL-3.0-or-later
// Candidates: what the index of an account knows of one query, as a question that can be asked of
// each item. Values only.
#pragma once
#include "search/index/account_index.hpp"
#include "search/index/item_bits.hpp"

namespace kontor::indexer {

enum class Verdict : unsigned char { no, yes, open };  // open: the item itself has to be looked at

class Candidates {
 public:
  // It knows nothing: every item is open.
  Candidates() = default;
  explicit Candidates(const search::Matches& matches);

  Verdict of(search::ItemId item) const;
  search::ItemId position() const { return position_; }
  // Also what the index is certain of has to be looked at: it was asked for more than is meant.
  void doubt();

 private:
  search::ItemBits certain_ = search::ItemBits(search::ItemSpan());
  search::ItemBits possible_ = search::ItemBits(search::ItemSpan());
  search::ItemId position_ = 0;
  bool doubted_ = false;
};

}  // namespace kontor::indexer
