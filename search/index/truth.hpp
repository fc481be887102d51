// SPDX-License-Identifier: GPL-3.0-or-later
// Truth: for which of some items a query is true, and for which it may be. Pure.
#pragma once
#include "search/index/item_bits.hpp"

namespace kontor::search {

struct Truth {
  explicit Truth(ItemSpan span) : yes(span), maybe(span) {}
  Truth(ItemBits certain, ItemBits possible)
      : yes(std::move(certain)), maybe(std::move(possible)) {}

  ItemBits candidates() const {
    auto out = yes;
    out |= maybe;
    return out;
  }

  ItemBits yes;
  ItemBits maybe;  // none of `yes`
};

// Of items `domain`, those for which `truth` is false; what may be, may be.
inline Truth negated(const Truth& truth, const ItemBits& domain) {
  auto yes = domain;
  yes -= truth.yes;
  yes -= truth.maybe;
  return {std::move(yes), truth.maybe};
}
inline Truth both(Truth a, const Truth& b) {
  auto candidates = a.candidates();
  candidates &= b.candidates();
  a.yes &= b.yes;
  candidates -= a.yes;
  return {std::move(a.yes), std::move(candidates)};
}
inline Truth either(Truth a, const Truth& b) {
  a.yes |= b.yes;
  a.maybe |= b.maybe;
  a.maybe -= a.yes;
  return a;
}

}  // namespace kontor::search
