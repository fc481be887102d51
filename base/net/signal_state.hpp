// SPDX-License-Identifier: GPL-3.0-or-later
// What raisers and the waiter of a Signal share. Any thread.
#pragma once
#include <functional>
#include <utility>

#include "base/core/guarded.hpp"
#include "base/net/signal.hpp"

namespace kontor::net {

struct Signal::State {
  struct Shared {
    bool raised = false;
    std::function<void()> wake;  // of the waiter; empty while nobody waits
  };
  Guarded<Shared> shared;

  // A raise after this calls `wake`; one before it is still there to be taken.
  void attach(std::function<void()> wake) {
    shared.with([&](Shared& now) { now.wake = std::move(wake); });
  }
  void detach() {
    shared.with([](Shared& now) { now.wake = nullptr; });
  }
  void raise() {
    shared.with([](Shared& now) {
      if (std::exchange(now.raised, true) || !now.wake) return;
      now.wake();  // only posts to the waiter's strand
    });
  }
  bool take() {
    return shared.with([](Shared& now) { return std::exchange(now.raised, false); });
  }
};

}  // namespace kontor::net
