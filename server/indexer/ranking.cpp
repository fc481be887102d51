// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/ranking.hpp"

#include <algorithm>

namespace kontor::indexer {

std::vector<search::Hit> with_unranked(std::vector<search::Hit> ranked,
                                       const search::Items& all,
                                       search::ItemId position,
                                       std::size_t most) {
  search::Items known;
  known.reserve(ranked.size());
  for (const auto& hit : ranked) known.push_back(hit.item);
  std::ranges::sort(known);
  const double top = ranked.empty() ? 1 : ranked.front().weight;
  const double least = ranked.empty() ? top : ranked.back().weight;
  const bool is_full = ranked.size() >= most;
  std::vector<search::Hit> out, last;
  for (auto item = all.rbegin(); item != all.rend(); ++item) {
    if (std::ranges::binary_search(known, *item)) continue;
    if (*item > position)
      out.push_back({*item, top});
    else if (!is_full)  // found by its text, not by words
      last.push_back({*item, least});
  }
  out.insert(out.end(), ranked.begin(), ranked.end());
  out.insert(out.end(), last.begin(), last.end());
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace kontor::indexer
