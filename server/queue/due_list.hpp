// SPDX-License-Identifier: GPL-3.0-or-later
// DueList: which messages may be tried when, by priority (RFC 6710). Of those that are due, the
// more urgent come first; of one priority, who waits longest. Not locked: one user at a time.
#pragma once
#include <algorithm>
#include <compare>
#include <functional>
#include <optional>
#include <vector>

#include "server/queue/message.hpp"

namespace kontor::queue {

struct Due {
  UtcSeconds time{};
  MessageId id = 0;
  auto operator<=>(const Due&) const = default;
};

class DueList {
 public:
  void push(std::int8_t priority, Due entry) {
    auto level =
        std::ranges::find_if(levels_, [&](const Level& one) { return one.priority <= priority; });
    if (level == levels_.end() || level->priority != priority)
      level = levels_.insert(level, Level{priority, {}});
    level->heap.push_back(entry);
    std::ranges::push_heap(level->heap, std::greater());
  }
  bool empty() const noexcept { return levels_.empty(); }
  // The soonest time of all; not when it is empty.
  UtcSeconds soonest() const {
    const auto time = [](const Level& one) { return one.heap.front().time; };
    return time(*std::ranges::min_element(levels_, {}, time));
  }
  // The next that is due.
  std::optional<Due> pop(UtcSeconds now) {
    for (auto level = levels_.begin(); level != levels_.end(); ++level) {
      if (level->heap.front().time > now) continue;
      const auto entry = level->heap.front();
      drop_first(*level);
      if (level->heap.empty()) levels_.erase(level);
      return entry;
    }
    return std::nullopt;
  }
  // Drops entries that are not true any more where they come first.
  void prune(const std::function<bool(const Due&)>& is_true) {
    for (auto& level : levels_)
      while (!level.heap.empty() && !is_true(level.heap.front())) drop_first(level);
    std::erase_if(levels_, [](const Level& one) { return one.heap.empty(); });
  }
  std::vector<MessageId> ids() const {
    std::vector<MessageId> all;
    for (const auto& level : levels_)
      for (const auto& entry : level.heap) all.push_back(entry.id);
    return all;
  }

 private:
  struct Level {
    std::int8_t priority = 0;
    std::vector<Due> heap;  // soonest first; never empty between calls
  };
  static void drop_first(Level& level) {
    std::ranges::pop_heap(level.heap, std::greater());
    level.heap.pop_back();
  }

  std::vector<Level> levels_;  // most urgent first
};

}  // namespace kontor::queue
