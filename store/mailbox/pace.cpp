// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/pace.hpp"

#include <algorithm>

namespace kontor::store {

Result<void> Pace::take(std::uint64_t bytes) {
  using Clock = std::chrono::steady_clock;
  constexpr auto k_least = std::chrono::milliseconds(20);  // shorter waits cost more than they give
  std::unique_lock lock(mutex_);
  const auto now = Clock::now();
  const auto seconds = static_cast<double>(bytes) / static_cast<double>(rate_);
  due_ = std::max(due_, now) +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  if (due_ - now >= k_least) stopping_.wait_until(lock, due_, [this] { return stopped_; });
  if (stopped_) return fail(Errc::cancelled, "the store is closing");
  return {};
}

void Pace::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopping_.notify_all();
}

}  // namespace kontor::store
