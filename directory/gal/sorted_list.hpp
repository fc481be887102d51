// SPDX-License-Identifier: GPL-3.0-or-later
// SortedList: a sorted sequence whose copies share everything until one of them changes.
//
// It is cut into chunks of at most k_chunk values; a change copies one chunk, copying the list
// copies a pointer for each chunk. A list that is not being changed may be read and copied by any
// thread. Less orders any two values that are not the same one.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace kontor::directory {

template <class T, class Less>
class SortedList {
 public:
  static constexpr std::size_t k_chunk = 512;

  SortedList() = default;
  explicit SortedList(std::vector<T> values) : size_(values.size()) {
    std::ranges::sort(values, Less());
    constexpr std::size_t filled = k_chunk * 3 / 4;
    for (std::size_t at = 0; at < values.size(); at += filled) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(at);
      const auto last =
          values.begin() + static_cast<std::ptrdiff_t>(std::min(at + filled, values.size()));
      chunks_.push_back(std::make_shared<const Chunk>(first, last));
    }
  }

  std::size_t size() const noexcept { return size_; }

  void insert(T value) {
    ++size_;
    if (chunks_.empty()) {
      chunks_.push_back(std::make_shared<const Chunk>(1, std::move(value)));
      return;
    }
    const std::size_t at = std::min(chunk_of(value), chunks_.size() - 1);
    Chunk chunk = *chunks_[at];
    chunk.insert(std::ranges::lower_bound(chunk, value, Less()), std::move(value));
    if (chunk.size() <= k_chunk) {
      chunks_[at] = std::make_shared<const Chunk>(std::move(chunk));
      return;
    }
    const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
    chunks_[at] = std::make_shared<const Chunk>(middle, chunk.end());
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at),
                   std::make_shared<const Chunk>(chunk.begin(), middle));
  }

  // False: it was not there.
  bool erase(const T& value) {
    const std::size_t at = chunk_of(value);
    if (at == chunks_.size()) return false;
    const auto found = std::ranges::lower_bound(*chunks_[at], value, Less());
    if (found == chunks_[at]->end() || Less()(value, *found)) return false;
    --size_;
    if (chunks_[at]->size() == 1) {
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
      return true;
    }
    Chunk chunk;
    chunk.reserve(chunks_[at]->size() - 1);
    chunk.insert(chunk.end(), chunks_[at]->begin(), found);
    chunk.insert(chunk.end(), found + 1, chunks_[at]->end());
    chunks_[at] = std::make_shared<const Chunk>(std::move(chunk));
    return true;
  }

  // work(value) for every value in order, until it says false.
  template <class Work>
  void visit(const Work& work) const {
    for (const auto& chunk : chunks_)
      for (const T& value : *chunk)
        if (!work(value)) return;
  }

  // The same from the first value on that is_before() does not hold for.
  template <class IsBefore, class Work>
  void visit_from(const IsBefore& is_before, const Work& work) const {
    auto chunk = std::ranges::partition_point(
        chunks_, [&](const auto& one) { return is_before(one->back()); });
    if (chunk == chunks_.end()) return;
    auto value = std::ranges::partition_point(**chunk, is_before);
    for (; chunk != chunks_.end(); ++chunk) {
      for (; value != (*chunk)->end(); ++value)
        if (!work(*value)) return;
      if (chunk + 1 != chunks_.end()) value = (*(chunk + 1))->begin();
    }
  }

 private:
  using Chunk = std::vector<T>;

  // The first chunk whose last value does not stand before `value`.
  std::size_t chunk_of(const T& value) const {
    const auto found = std::ranges::partition_point(
        chunks_, [&](const auto& one) { return Less()(one->back(), value); });
    return static_cast<std::size_t>(found - chunks_.begin());
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;  // none is empty; shared with copies
  std::size_t size_ = 0;
};

}  // namespace kontor::directory
