// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/timings.hpp"

#include <algorithm>
#include <atomic>

namespace kontor::timings {
namespace {

constexpr std::size_t k_cache_line = 64;

struct alignas(k_cache_line) Counters {
  std::array<std::atomic<std::uint64_t>, k_bounds.size() + 1> counts{};
  std::atomic<std::uint64_t> nanoseconds = 0;
};

constinit std::array<Counters, k_timings> g_counters{};

}  // namespace

void note(Timing what, std::chrono::nanoseconds time) noexcept {
  auto& counters = g_counters[static_cast<std::size_t>(what)];
  const auto seconds = std::chrono::duration<double>(time).count();
  const auto bucket = std::ranges::lower_bound(k_bounds, seconds) - k_bounds.begin();
  counters.counts[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  counters.nanoseconds.fetch_add(
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count())),
      std::memory_order_relaxed);
}

Histogram read(Timing what) noexcept {
  const auto& counters = g_counters[static_cast<std::size_t>(what)];
  Histogram out;
  for (std::size_t i = 0; i < out.counts.size(); ++i)
    out.counts[i] = counters.counts[i].load(std::memory_order_relaxed);
  out.seconds = static_cast<double>(counters.nanoseconds.load(std::memory_order_relaxed)) / 1e9;
  return out;
}

}  // namespace kontor::timings
