// SPDX-License-Identifier: GPL-3.0-or-later
// LargeTurns: messages of unusual size are looked through one at a time, by searches and the
// indexer together, so that the memory they take does not grow with the number of those who look.
//
// Any thread; who waits comes back to his executor, in the order of asking. Turns may end after it:
// a task that the end of the server cuts off is destroyed with the executor, behind all else.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"

namespace kontor::indexer {

class LargeTurns {
  struct Waiter;
  using Waiters = Guarded<std::deque<std::shared_ptr<Waiter>>>;  // the first one has the turn

 public:
  static constexpr std::uint64_t k_large = 16U << 20U;  // bytes of one reading, and more

  // The next one's turn begins when it is destroyed. May be empty.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) noexcept = default;
    ~Turn();

   private:
    friend class LargeTurns;
    Turn(std::shared_ptr<Waiters> waiters, std::shared_ptr<Waiter> waiter);
    struct Leave {
      void operator()(Waiter* waiter) const { leave(*waiters, *waiter); }
      std::shared_ptr<Waiters> waiters;
      std::shared_ptr<Waiter> kept;  // the waiter itself
    };
    std::unique_ptr<Waiter, Leave> turn_;
  };

  LargeTurns();
  ~LargeTurns();
  // Empty and at once for less than k_large. A waiter that is destroyed meanwhile is passed over.
  Task<Turn> enter(std::uint64_t bytes);

 private:
  static void leave(Waiters& all, Waiter& waiter);

  const std::shared_ptr<Waiters> waiters_;
};

}  // namespace kontor::indexer
