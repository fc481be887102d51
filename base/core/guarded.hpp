// SPDX-License-Identifier: GPL-3.0-or-later
// Guarded<T>: a value and its mutex in one object, so that the value cannot be reached without the
// lock. The lock is never held across co_await.
#pragma once
#include <mutex>
#include <utility>

namespace kontor {

template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  // Runs `work(value)` under the lock and returns what it returns.
  template <class Work>
  auto with(Work&& work) {
    const std::lock_guard lock(mutex_);
    return std::forward<Work>(work)(value_);
  }
  template <class Work>
  auto with(Work&& work) const {
    const std::lock_guard lock(mutex_);
    return std::forward<Work>(work)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace kontor
