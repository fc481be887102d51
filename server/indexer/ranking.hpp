// SPDX-License-Identifier: GPL-3.0-or-later
// The order of what was found: what an index ranks, and what it does not have yet. Pure.
#pragma once
#include <vector>

#include "search/index/account_index.hpp"

namespace kontor::indexer {

// `ranked` (the best first, at most `most`) with those of `all` (ascending) that the index does not
// have: they are the newest, and go before the rest with the best weight there is.
std::vector<search::Hit> with_unranked(std::vector<search::Hit> ranked,
                                       const search::Items& all,
                                       search::ItemId position,
                                       std::size_t most);

}  // namespace kontor::indexer
