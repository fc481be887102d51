// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/candidates.hpp"

namespace kontor::indexer {
namespace {

// `items` ascend.
search::ItemBits bits_of(const search::Items& items) {
  if (items.empty()) return search::ItemBits(search::ItemSpan());
  search::ItemBits out(search::ItemSpan{items.front(), items.back()});
  for (const auto item : items) out.add(item);
  return out;
}

}  // namespace

Candidates::Candidates(const search::Matches& matches)
    : certain_(bits_of(matches.certain)),
      possible_(bits_of(matches.possible)),
      position_(matches.position) {}

Verdict Candidates::of(search::ItemId item) const {
  if (item > position_) return Verdict::open;
  if (possible_.has(item)) return Verdict::open;
  if (!certain_.has(item)) return Verdict::no;
  return doubted_ ? Verdict::open : Verdict::yes;
}

void Candidates::doubt() { doubted_ = true; }

}  // namespace kontor::indexer
