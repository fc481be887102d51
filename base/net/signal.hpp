// SPDX-License-Identifier: GPL-3.0-or-later
// Signal: wakes a coroutine that waits for input (Stream::wait) or sleeps. Raised from any thread;
// raising twice before it is seen wakes once. The waiter lowers it by waiting. It must outlive
// waiter and raisers.
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class Signal {
 public:
  Signal();
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  void raise();          // any thread
  bool take() noexcept;  // was it raised since the last take; the waiter's strand
  // Waits for it or for the limit: signalled or timed_out.
  Task<Wake> wait(Limit limit);

  struct State;  // shared with Stream implementations
  const std::shared_ptr<State>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace kontor::net
