// SPDX-License-Identifier: GPL-3.0-or-later
// Searcher: finds the items of an account by their texts, all of them, at any moment.
//
// What the index of the account has is asked of the index, the rest is read: a message is found
// from the moment its delivery was acknowledged, whether indexing is behind, switched off, or its
// files are damaged. Searches do not wait until mail is indexed; they wake it. All tasks may be
// awaited from any executor and come back to it; Xapian and the reading of texts run on pools of
// their own. Whoever asks about an account by its identifier has it open until he is answered.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "search/fields/document.hpp"
#include "search/index/account_index.hpp"
#include "search/query/text_query.hpp"
#include "server/indexer/candidates.hpp"
#include "server/indexer/large_turns.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::indexer {

// Told between two pieces of work, how many of how many items are done; false ends the search
// (cancelled).
using ScanProgress = std::function<bool(std::uint64_t done, std::uint64_t goal)>;

struct IndexStatus {
  bool enabled = false;       // search.enabled
  search::IndexState index;   // as it was seen last
  std::uint64_t items = 0;    // of the account
  std::uint64_t waiting = 0;  // of them not yet indexed
  bool is_building = false;   // a new index is being made beside the old one
  std::uint64_t built = 0;    // items in the new one
  std::string problem;        // why indexing does not go on now; empty: none
};

class Searcher {
 public:
  virtual ~Searcher() = default;

  // What the index says of each of `queries`, in their order; about `within` alone when there is
  // one (ascending). Who decides by columns first asks this only when texts count, and looks at
  // `open` items by documents().
  virtual Task<std::vector<Candidates>> candidates(store::AccountId account,
                                                   std::vector<search::TextQuery> queries,
                                                   std::optional<search::Items> within) = 0;
  // What of these items is searched, in the order given, without those that are purged; the text of
  // attachments is taken from the index where it is, and read anew otherwise. The caller bounds the
  // bytes of one call (a few MB).
  virtual Task<Result<std::vector<search::Document>>> documents(
      std::shared_ptr<store::Account> account, std::vector<store::ItemId> items) = 0;
  // The texts of an item's attachments: `raw` are its bytes.
  virtual Task<std::vector<std::string>> attachments(store::AccountId account,
                                                     store::ItemId item,
                                                     std::shared_ptr<const std::string> raw) = 0;

  // Those of `within` (ascending) for which the query is true.
  virtual Task<Result<search::Items>> match(std::shared_ptr<store::Account> account,
                                            search::TextQuery query,
                                            search::Items within,
                                            ScanProgress progress) = 0;
  // What was found (ascending) in the order of its relevance to a query of words, the best first,
  // `most` at most. What is not indexed yet is the newest and comes first.
  virtual Task<std::vector<search::Hit>> rank(store::AccountId account,
                                              search::TextQuery query,
                                              search::Items found,
                                              std::size_t most) = 0;

  virtual Task<Result<IndexStatus>> status(store::AccountId account) = 0;
  // Makes the index anew beside the one there is, which answers until then. Returns at once;
  // not_found, unavailable (search.enabled is off).
  virtual Task<Result<void>> rebuild(store::AccountId account) = 0;

  // Whoever reads messages for a search by himself has a turn for the bytes of one reading, until
  // he is through with them; not while he awaits documents() or match(), which take their own.
  LargeTurns& large_turns() { return large_turns_; }

 private:
  LargeTurns large_turns_;
};

}  // namespace kontor::indexer
