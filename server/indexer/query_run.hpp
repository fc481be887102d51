// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a person's Query over one mailbox: texts by the Searcher, the rest by the store's columns.
//
// Complete at any moment, as the Searcher is. A message that two folders show is found in both.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "search/query/query.hpp"
#include "server/indexer/searcher.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::indexer {

enum class QueryOrder : std::uint8_t { newest_first, by_relevance };

struct ReadableFolder {
  store::FolderId id = 0;
  bool with_private = true;  // also events that are for their owner's eyes (RFC 5545, 3.8.1.3)
};

struct QueryChoice {
  QueryOrder order = QueryOrder::newest_first;
  // Also what was expunged or deleted and can be brought back.
  bool with_recoverable = false;
  // Of the folders of the mailbox those that are looked through; missing: all of them. Asked when
  // the search begins and when it ends: what may not be read any more then is not found.
  std::function<std::vector<ReadableFolder>(const store::AccountView&,
                                            const std::vector<store::FolderInfo>&)>
      readable = {};
};

struct FoundMessage {
  store::FolderId folder = 0;
  store::Entry entry;
  double weight = 0;  // of relevance; 0: it was not asked for
};

struct Found {
  std::vector<FoundMessage> messages;        // in the order asked for
  std::vector<std::string> unknown_folders;  // folders that the query names, and there are none
};

// Errors: of reading; cancelled: `progress` gave false. `searcher` outlives the task.
Task<Result<Found>> run_query(Searcher& searcher,
                              std::shared_ptr<store::Account> account,
                              search::Query query,
                              QueryChoice choice,
                              ScanProgress progress);

}  // namespace kontor::indexer
