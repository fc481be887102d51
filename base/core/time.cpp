// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/time.hpp"

namespace kontor {
namespace {

class SystemClock final : public Clock {
 public:
  UtcSeconds now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace kontor
