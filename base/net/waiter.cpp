// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/waiter.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/net/signal_state.hpp"

namespace kontor::net {

namespace asio = boost::asio;

SteadyTime deadline_after(Limit limit) {
  return std::chrono::steady_clock::now() + std::min<Limit>(limit, std::chrono::years(1));
}

Limit left_until(SteadyTime deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::max(Limit(0), std::chrono::ceil<Limit>(left));
}

struct Waiter::State {
  explicit State(const asio::any_io_executor& strand) : timer(strand) {}
  asio::steady_timer timer;
};

Waiter::Waiter(const asio::any_io_executor& strand) : state_(std::make_shared<State>(strand)) {}
Waiter::~Waiter() = default;

Task<void> Waiter::sleep_until(SteadyTime deadline) {
  const auto state = state_;
  boost::system::error_code ignored;  // woken or run out: the caller looks for itself
  state->timer.expires_at(deadline);
  co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Waiter::wake() { state_->timer.cancel(); }

std::function<void()> Waiter::waker() {
  return [state = state_] {
    asio::post(state->timer.get_executor(), [state] { state->timer.cancel(); });
  };
}

SignalWatch::SignalWatch(Signal& signal, Waiter& waiter) : state_(signal.state()) {
  state_->attach(waiter.waker());
}

SignalWatch::~SignalWatch() { state_->detach(); }

}  // namespace kontor::net
