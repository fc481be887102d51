// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a search over a folder: SEARCH, SORT, THREAD and ESEARCH all begin so. Columns are scanned
// batch by batch; messages that they leave open are read many at a time, bounded in bytes, header
// alone where that is enough.
#pragma once
#include "server/imap/command.hpp"
#include "server/imap/progress.hpp"
#include "server/imap/search_answer.hpp"
#include "server/imap/search_match.hpp"

namespace kontor::imap {

// The messages of `numbers` that match; `numbers` are of `folder`. Session, folder and matcher
// outlive the task. Tells the client of `tag` its progress. An Error: a message could not be read.
Task<Result<Found>> find_messages(Session& session,
                                  const SelectedFolder& folder,
                                  SearchMatcher& matcher,
                                  wire::NumberSet numbers,
                                  bool by_uid,
                                  std::string tag);

// Before a search in many folders: the index is asked once for all of them.
Task<void> ask_index_of_account(Session& session, store::AccountId account, SearchMatcher& matcher);

// Whether each of `some`, of a folder of this account, matches. `progress`, when there is one, is
// told of those done, beginning with `done`.
Task<Result<std::vector<Match>>> match_messages(Session& session,
                                                std::shared_ptr<store::Account> account,
                                                SearchMatcher& matcher,
                                                const std::vector<NumberedEntry>& some,
                                                Progress* progress = nullptr,
                                                std::uint64_t done = 0);

// Why the session may not ask so: a charset after UTF8=ACCEPT, message numbers after UIDONLY.
std::optional<Tagged> refuse_search(const Session& session, const wire::Search& search);

// NO [BADCHARSET] or BAD for what a parser of search arguments refused.
Tagged refused_search(const Error& error);

}  // namespace kontor::imap
