// SPDX-License-Identifier: GPL-3.0-or-later
// What may have been meant by a query that found nothing: the same with words typed in the other
// keyboard layout ("ghbdtn" for "привет").
#pragma once
#include <memory>
#include <optional>

#include "search/query/query.hpp"
#include "server/indexer/searcher.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::indexer {

// Nothing: no word of it makes more sense so. What it gives has words that the mailbox knows; it
// need not find anything. `searcher` outlives the task.
Task<std::optional<search::Query>> other_layout_query(Searcher& searcher,
                                                      std::shared_ptr<store::Account> account,
                                                      search::Query query);

}  // namespace kontor::indexer
