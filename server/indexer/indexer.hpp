// SPDX-License-Identifier: GPL-3.0-or-later
// Indexer: keeps the full-text indexes of all accounts of a store, and searches with them.
//
// One task (run) takes the accounts that changed one after the other: it reads a batch of new items
// through the store, makes documents of them on the one writing thread, which gives way to all
// others, and adds them to the account's index. An account is held only while its items are read.
// Searches run on a pool of their own. Few indexes are open at a time.
#pragma once
#include <atomic>
#include <map>
#include <set>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "base/net/signal.hpp"
#include "server/indexer/document_reader.hpp"
#include "server/indexer/index_shelf.hpp"
#include "server/indexer/schedule.hpp"
#include "server/indexer/searcher.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::indexer {

// What it is built on; all of it outlives it.
struct IndexerEnvironment {
  const config::Settings& settings;
  store::AccountStore& store;
  const Clock& clock;
  log::Context log;
  search::Extractor* extractor = nullptr;  // none: attachments have no text
  IndexShelf::Open open = {};              // nothing: search::AccountIndex::open
};

class Indexer final : public Searcher {
 public:
  explicit Indexer(IndexerEnvironment environment);
  ~Indexer() override;

  // Follows the accounts until stop(); at once when search.enabled is off.
  Task<void> run();
  void stop();  // any thread
  Schedule::Lag lag() const;

  Task<std::vector<Candidates>> candidates(store::AccountId account,
                                           std::vector<search::TextQuery> queries,
                                           std::optional<search::Items> within) override;
  Task<Result<std::vector<search::Document>>> documents(std::shared_ptr<store::Account> account,
                                                        std::vector<store::ItemId> items) override;
  Task<std::vector<std::string>> attachments(store::AccountId account,
                                             store::ItemId item,
                                             std::shared_ptr<const std::string> raw) override;
  Task<Result<search::Items>> match(std::shared_ptr<store::Account> account,
                                    search::TextQuery query,
                                    search::Items within,
                                    ScanProgress progress) override;
  Task<std::vector<search::Hit>> rank(store::AccountId account,
                                      search::TextQuery query,
                                      search::Items found,
                                      std::size_t most) override;
  Task<Result<IndexStatus>> status(store::AccountId account) override;
  Task<Result<void>> rebuild(store::AccountId account) override;

 private:
  using AccountPtr = std::shared_ptr<store::Account>;
  struct Turn;
  using TurnPtr = std::shared_ptr<Turn>;  // shared with jobs on the writing thread

  Task<void> take_turn(store::AccountId account);
  Task<Result<bool>> work_on(store::AccountId account);  // true: there is more to do
  Task<Result<search::IndexState>> look_at(TurnPtr turn);
  Task<Result<void>> remove_purged(TurnPtr turn, search::IndexState state);
  Task<Result<bool>> add_batch(TurnPtr turn, search::ItemId position);
  Task<Result<void>> finish_rebuild(TurnPtr turn);
  Task<bool> merge_one();
  void heard(const store::AccountId& account, store::AccountNews news);
  void leaving(const store::AccountId& account);
  void hurry(const store::AccountId& account, bool only_if_waiting);
  // The attachments of a batch were not read because their reader was not there.
  bool waits_for_reader(const store::AccountId& account, const std::vector<search::Document>& read);
  // Attachments of these items were not read; once the reader answers, the index is made anew.
  void note_untried(const store::AccountId& account, SteadyTime again);
  void take_again();
  Result<void> look_for_untried(const Turn& turn);
  void note_problem(const store::AccountId& account, const Error& error);

  struct Memory {
    std::set<store::AccountId> rebuilding;
    std::set<store::AccountId> to_merge;
    std::map<store::AccountId, std::string> problems;
    std::map<store::AccountId, unsigned> waits;  // how often the reader of attachments was missed
    std::set<store::AccountId> looked_at;        // whether they have attachments that nobody read
    std::map<store::AccountId, SteadyTime> untried;  // they do: when to read them at the earliest
  };

  IndexerEnvironment environment_;
  const config::Search& settings_;
  DocumentReader reader_;
  Guarded<Schedule> schedule_;
  Guarded<Memory> memory_;
  IndexShelf shelf_, fresh_;  // the indexes in use, and those that are to take their places
  std::atomic<bool> is_stopping_ = false;
  net::Signal wake_;
  io::WorkPool searchers_;
  io::WorkPool writer_;
  store::Watch watch_, watch_leaving_;  // last made, first ended
};

}  // namespace kontor::indexer
