// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/give_way.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <thread>

namespace kontor::io {
namespace {

Pace::Duration read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Pace::Duration(time.tv_nsec);
}

}  // namespace

Pace::Reading Pace::read() {
  return {read_clock(CLOCK_THREAD_CPUTIME_ID), read_clock(CLOCK_PROCESS_CPUTIME_ID),
          read_clock(CLOCK_MONOTONIC)};
}

Pace::Duration Pace::rest(Duration own, Duration all, Duration passed) {
  constexpr int k_quarter = 4, k_times = 2;
  if (all - own <= passed / k_quarter) return Duration::zero();
  return std::min(own * k_times, k_longest_rest);
}

void Pace::step() {
  const auto own = read_clock(CLOCK_THREAD_CPUTIME_ID) - began_.own;
  // Another thread than the last time: its clock says nothing of the time since.
  if (own >= Duration::zero() && own < k_stretch) return;
  const auto now = read();
  const auto pause = rest(own, now.all - began_.all, now.at - began_.at);
  if (pause > Duration::zero() && own > Duration::zero()) std::this_thread::sleep_for(pause);
  began_ = read();
}

void give_way() noexcept {
  constexpr int k_nice = 15;
  // linux/ioprio.h: the last of the eight places of the "best effort" class.
  constexpr int k_who_process = 1, k_best_effort = 2, k_class_shift = 13, k_last = 7;
  const auto thread = static_cast<id_t>(::gettid());  // on Linux of the thread alone
  static_cast<void>(::setpriority(PRIO_PROCESS, thread, k_nice));
  static_cast<void>(::syscall(SYS_ioprio_set, k_who_process, static_cast<int>(thread),
                              k_best_effort << k_class_shift | k_last));
}

}  // namespace kontor::io
