// SPDX-License-Identifier: GPL-3.0-or-later
// Remembered: copies that are on disk although their message as a whole was answered with "try
// again". In memory, bounded by number and age; what is forgotten may double, never get lost. Any
// thread.
#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <string>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"

namespace kontor::delivery {

class Remembered {
 public:
  explicit Remembered(std::size_t max = 65'536, std::chrono::hours age = std::chrono::hours(24))
      : max_(max), age_(age) {}

  void add(std::string key, SteadyTime now);
  // Was it there? It is forgotten with that.
  bool take(const std::string& key, SteadyTime now);

 private:
  struct Table {
    std::map<std::string, SteadyTime> added;
    std::deque<std::string> order;  // oldest first; may name keys that were taken
  };
  std::size_t max_;
  std::chrono::hours age_;
  Guarded<Table> table_;
};

}  // namespace kontor::delivery
