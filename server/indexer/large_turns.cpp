// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/large_turns.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/net/signal.hpp"

namespace kontor::indexer {

struct LargeTurns::Waiter {
  net::Signal first;  // raised when its turn has come
};

LargeTurns::LargeTurns() : waiters_(std::make_shared<Waiters>()) {}
LargeTurns::~LargeTurns() = default;

LargeTurns::Turn::Turn(std::shared_ptr<Waiters> waiters, std::shared_ptr<Waiter> waiter)
    : turn_(waiter.get(), Leave{std::move(waiters), waiter}) {}
LargeTurns::Turn::~Turn() = default;

Task<LargeTurns::Turn> LargeTurns::enter(std::uint64_t bytes) {
  if (bytes < k_large) co_return Turn();
  const auto waiter = std::make_shared<Waiter>();
  bool is_first = waiters_->with([&](auto& waiters) {
    waiters.push_back(waiter);
    return waiters.front() == waiter;
  });
  Turn turn(waiters_, waiter);
  while (!is_first)
    is_first = co_await waiter->first.wait(std::chrono::hours(1)) == net::Wake::signalled;
  co_return turn;
}

void LargeTurns::leave(Waiters& all, Waiter& waiter) {
  const auto next = all.with([&](auto& waiters) -> std::shared_ptr<Waiter> {
    const bool had_turn = waiters.front().get() == &waiter;
    std::erase_if(waiters, [&](const auto& other) { return other.get() == &waiter; });
    return had_turn && !waiters.empty() ? waiters.front() : nullptr;
  });
  if (next) next->first.raise();
}

}  // namespace kontor::indexer
