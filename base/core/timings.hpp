// SPDX-License-Identifier: GPL-3.0-or-later
// How long things take that are done often, counted in histograms of the process, for /metrics.
// note() is a few relaxed additions to counters of their own cache lines: no lock, any thread.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>

namespace kontor::timings {

enum class Timing : std::uint8_t {
  delivery,    // of one message into mailboxes of this server, from its last byte to the disk
  store_sync,  // of what is written for one mailbox or the queue, with its fsync
};
inline constexpr std::size_t k_timings = 2;

// Upper ends in seconds; one more holds what takes longer.
inline constexpr std::array<double, 14> k_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                 0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

void note(Timing what, std::chrono::nanoseconds time) noexcept;

struct Histogram {
  std::array<std::uint64_t, k_bounds.size() + 1> counts{};  // each alone, not summed up
  double seconds = 0;                                       // of all together
};
Histogram read(Timing what) noexcept;

// Notes the time from its making to its end, whatever way that comes.
class Stopwatch {
 public:
  explicit Stopwatch(Timing what) noexcept
      : what_(what), begun_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() { note(what_, std::chrono::steady_clock::now() - begun_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  Timing what_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace kontor::timings
