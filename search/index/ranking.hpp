// SPDX-License-Identifier: GPL-3.0-or-later
// Ranking: some items in the order of their relevance to the words of a query (BM25 over all words
// of a document; a word counts more in a subject or a name than in a body). For sources of
// search/index only; throws what Xapian throws.
#pragma once
#include <vector>

#include "search/analyze/analyzer.hpp"
#include "search/index/account_index.hpp"
#include "search/index/database.hpp"

namespace kontor::search {

// The best `most` of `items`, the best first; among equals the newest.
std::vector<Hit> ranked(const TextQuery& query,
                        const Database& database,
                        Analyzer& analyzer,
                        const ItemBits& items,
                        std::size_t most);

}  // namespace kontor::search
