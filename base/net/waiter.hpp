// SPDX-License-Identifier: GPL-3.0-or-later
// Waiter: the one place where a coroutine waits with a limit: everything that may take time (a
// socket, a signal, a pause) wakes the sleeper of a Waiter, or its deadline does.
//
// One coroutine sleeps on it, on the strand it was made for. A sleep may end without cause: the
// caller looks again at what it waits for. Handlers that outlive it hold its waker, never itself.
#pragma once
#include <functional>
#include <memory>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/signal.hpp"

namespace kontor::net {

// Limits beyond a year are as good as none, and no sum with the clock overflows.
SteadyTime deadline_after(Limit limit);
Limit left_until(SteadyTime deadline);  // 0 when it has passed

class Waiter {
 public:
  explicit Waiter(const boost::asio::any_io_executor& strand);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Task<void> sleep_until(SteadyTime deadline);
  void wake();                    // on the strand
  std::function<void()> waker();  // what it gives may be called on any thread, at any time later

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with wakers that are still on their way
};

// While it lives, raising the signal wakes the waiter. One watch of a signal at a time.
class SignalWatch {
 public:
  SignalWatch(Signal& signal, Waiter& waiter);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  std::shared_ptr<Signal::State> state_;
};

}  // namespace kontor::net
