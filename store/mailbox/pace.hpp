// SPDX-License-Identifier: GPL-3.0-or-later
// Pace: how fast background work may read and write, so that the disk stays free for people.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/core/result.hpp"

namespace kontor::store {

class Pace {
 public:
  explicit Pace(std::uint64_t bytes_a_second) : rate_(bytes_a_second) {}
  // Waits until `bytes` more may be moved. cancelled: stop() was called. Blocking.
  Result<void> take(std::uint64_t bytes);
  void stop();  // any thread; for good

 private:
  const std::uint64_t rate_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
  std::chrono::steady_clock::time_point due_{};  // when all that was taken fits the rate
};

}  // namespace kontor::store
