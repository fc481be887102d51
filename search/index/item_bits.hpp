// SPDX-License-Identifier: GPL-3.0-or-later
// ItemBits: a set of items as bits, for the sets a query is worked out with. All sets of one query
// have the same span. Pure; one thread.
#pragma once
#include <bit>
#include <cstdint>
#include <vector>

#include "search/fields/document.hpp"

namespace kontor::search {

// Items from `first` to `last`; nothing when last < first.
struct ItemSpan {
  ItemId first = 1;
  ItemId last = 0;

  std::size_t size() const { return last < first ? 0 : static_cast<std::size_t>(last - first + 1); }
  bool has(ItemId item) const { return first <= item && item <= last; }
};

class ItemBits {
 public:
  explicit ItemBits(ItemSpan span) : span_(span), words_((span.size() + 63) / 64) {}

  const ItemSpan& span() const { return span_; }
  // `item` must lie in the span.
  void add(ItemId item) {
    const auto at = item - span_.first;
    words_[at / 64] |= std::uint64_t{1} << (at % 64);
  }
  void remove(ItemId item) {
    if (!span_.has(item)) return;
    const auto at = item - span_.first;
    words_[at / 64] &= ~(std::uint64_t{1} << (at % 64));
  }
  bool has(ItemId item) const {
    if (!span_.has(item)) return false;
    const auto at = item - span_.first;
    return (words_[at / 64] >> (at % 64) & 1U) != 0;
  }

  ItemBits& operator|=(const ItemBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  ItemBits& operator&=(const ItemBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  ItemBits& operator-=(const ItemBits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }

  bool empty() const {
    for (const auto word : words_)
      if (word != 0) return false;
    return true;
  }
  std::size_t count() const {
    std::size_t out = 0;
    for (const auto word : words_) out += static_cast<std::size_t>(std::popcount(word));
    return out;
  }
  // `call(item)` for each, ascending.
  template <class Call>
  void for_each(Call call) const {
    for (std::size_t i = 0; i < words_.size(); ++i)
      for (auto word = words_[i]; word != 0; word &= word - 1)
        call(span_.first + i * 64 + static_cast<ItemId>(std::countr_zero(word)));
  }
  std::vector<ItemId> items() const {
    std::vector<ItemId> out;
    out.reserve(count());
    for_each([&](ItemId item) { out.push_back(item); });
    return out;
  }

 private:
  ItemSpan span_;
  std::vector<std::uint64_t> words_;
};

}  // namespace kontor::search
