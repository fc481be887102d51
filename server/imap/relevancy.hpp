// SPDX-License-Identifier: GPL-3.0-or-later
// Relevancy of what a FUZZY search found (RFC 6203, 4): 1 to 100, the best has 100.
#pragma once
#include <vector>

#include "server/imap/search_match.hpp"
#include "server/imap/session.hpp"

namespace kontor::imap {

// Of the messages of `folder` with these UIDs, in their order. Session, folder and matcher outlive
// the task.
Task<std::vector<unsigned>> relevancy_scores(Session& session,
                                             const SearchMatcher& matcher,
                                             const SelectedFolder& folder,
                                             wire::NumberSet uids);

// The scores of `items` by what was ranked; the whole range is used (RFC 6203, 4). Pure.
std::vector<unsigned> scores_of(const std::vector<store::ItemId>& items,
                                const std::vector<search::Hit>& ranked);

}  // namespace kontor::imap
