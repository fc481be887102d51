// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/candidates.hpp"

#include <algorithm>
#include <iterator>

namespace kontor::indexer {

Verdict Candidates::of(search::ItemId item) const {
  if (item > matches_.position) return Verdict::open;
  if (std::ranges::binary_search(matches_.certain, item)) return Verdict::yes;
  return std::ranges::binary_search(matches_.possible, item) ? Verdict::open : Verdict::no;
}

void Candidates::doubt() {
  search::Items all;
  all.reserve(matches_.certain.size() + matches_.possible.size());
  std::ranges::merge(matches_.certain, matches_.possible, std::back_inserter(all));
  matches_.possible = std::move(all);
  matches_.certain.clear();
}

}  // namespace kontor::indexer
