// SPDX-License-Identifier: GPL-3.0-or-later
// Time as the server uses it: UTC seconds for what is stored, a steady clock for limits, both from
// a Clock that tests replace.
#pragma once
#include <chrono>
#include <cstdint>

namespace kontor {

using UtcSeconds = std::chrono::sys_seconds;
using SteadyTime = std::chrono::steady_clock::time_point;

// Where the time comes from. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcSeconds now() const = 0;
  virtual SteadyTime steady() const = 0;
};

// The machine's clock; lives as long as the program.
const Clock& system_clock();

}  // namespace kontor
