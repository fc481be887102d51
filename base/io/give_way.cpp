// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/give_way.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kontor::io {

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
