// SPDX-License-Identifier: GPL-3.0-or-later
// Threads whose work can wait.
#pragma once
#include <chrono>

namespace kontor::io {

// From here on this thread runs, and uses the disk, when others leave room for it. What the system
// does not allow is left out.
void give_way() noexcept;

// Rests between the pieces of long work, when the other threads of the process have work too: a
// thread of low priority alone still takes caches, the other half of a core and the disk's time
// from them. For one thread, the one that calls step().
class Pace {
 public:
  using Duration = std::chrono::nanoseconds;
  static constexpr Duration k_stretch = std::chrono::milliseconds(20);  // of work between rests
  static constexpr Duration k_longest_rest = std::chrono::milliseconds(100);

  // After a piece of work, a few milliseconds of it at most. Sleeps for k_longest_rest at most.
  void step();
  // How long to rest after a stretch in which this thread worked for `own` of `passed`, and the
  // process for `all`: twice as long as it worked, when the others had more than a quarter of a
  // processor; else not at all.
  static Duration rest(Duration own, Duration all, Duration passed);

 private:
  struct Reading {
    Duration own{}, all{}, at{};
  };
  static Reading read();
  Reading began_ = read();
};

}  // namespace kontor::io
