// SPDX-License-Identifier: GPL-3.0-or-later
// News of an Indexer, to wait for in tests: its events, and what it put into indexes.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log/recording_sink.hpp"
#include "search/index/account_index.hpp"

namespace kontor::indexer {

class News {
 public:
  void tell() {
    {
      const std::lock_guard lock(mutex_);
      ++told_;
    }
    changed_.notify_all();
  }
  // Until `condition` holds; looks again after each tell(). False: it did not in two minutes.
  bool wait(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    for (;;) {
      std::unique_lock lock(mutex_);
      const auto seen = told_;
      lock.unlock();
      if (condition()) return true;
      lock.lock();
      if (!changed_.wait_until(lock, end, [&] { return told_ != seen; })) return false;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t told_ = 0;
};

// Keeps the events, and tells of each.
class TellingSink final : public log::Sink {
 public:
  explicit TellingSink(News& news) : news_(news) {}
  void write(const log::EventKind& kind,
             const log::Fields& above,
             const log::Fields& own) override {
    kept_.write(kind, above, own);
    news_.tell();
  }
  std::size_t count(std::string_view name) const { return kept_.count(name); }

 private:
  News& news_;
  log::RecordingSink kept_;
};

// The index on the disk; tells of what was added and removed.
class TellingIndex final : public search::AccountIndex {
 public:
  TellingIndex(std::unique_ptr<search::AccountIndex> index, News& news)
      : index_(std::move(index)), news_(news) {}

  search::IndexState state() const override { return index_->state(); }
  Result<void> add(std::span<const search::Document> documents, search::ItemId position) override {
    return told(index_->add(documents, position));
  }
  Result<void> remove(const search::Items& items) override { return told(index_->remove(items)); }
  Result<void> merge(const std::function<bool()>& stop) override { return index_->merge(stop); }
  void abandon() override { index_->abandon(); }
  Result<search::Matches> match(const search::TextQuery& query,
                                const search::Items* within) const override {
    auto found = index_->match(query, within);
    if (after_match) after_match(*index_);
    return found;
  }
  Result<std::vector<search::Hit>> rank(const search::TextQuery& query,
                                        const search::Items* within,
                                        std::size_t most) const override {
    return index_->rank(query, within, most);
  }
  Result<std::vector<search::FieldText>> attachments(search::ItemId item) const override {
    return index_->attachments(item);
  }
  Result<std::uint64_t> untried() const override { return index_->untried(); }
  Result<bool> knows(std::string_view word) const override { return index_->knows(word); }

  std::function<void(search::AccountIndex&)> after_match;  // before the answer is given

 private:
  Result<void> told(Result<void> done) {
    news_.tell();
    return done;
  }

  std::unique_ptr<search::AccountIndex> index_;
  News& news_;
};

}  // namespace kontor::indexer
