// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/signal.hpp"

#include <boost/asio/this_coro.hpp>

#include "base/net/signal_state.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {

Signal::Signal() : state_(std::make_shared<State>()) {}
Signal::~Signal() = default;

void Signal::raise() { state_->raise(); }
bool Signal::take() noexcept { return state_->take(); }

Task<Wake> Signal::wait(Limit limit) {
  const auto deadline = deadline_after(limit);
  Waiter waiter(co_await boost::asio::this_coro::executor);
  const SignalWatch watch(*this, waiter);
  while (!take()) {
    if (std::chrono::steady_clock::now() >= deadline) co_return Wake::timed_out;
    co_await waiter.sleep_until(deadline);
  }
  co_return Wake::signalled;
}

}  // namespace kontor::net
