// SPDX-License-Identifier: GPL-3.0-or-later
// LargeTurns: messages of unusual size are looked through one at a time, by searches and the
// indexer together, so that the memory they take does not grow with the number of those who look.
//
// Any thread; who waits comes back to his executor, in the order of asking. It outlives its turns.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"

namespace kontor::indexer {

class LargeTurns {
  struct Waiter;

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
    Turn(LargeTurns& turns, std::shared_ptr<Waiter> waiter);
    struct Leave {
      void operator()(LargeTurns* turns) const { turns->leave(*waiter); }
      std::shared_ptr<Waiter> waiter;
    };
    std::unique_ptr<LargeTurns, Leave> turns_;
  };

  LargeTurns();
  ~LargeTurns();
  // Empty and at once for less than k_large. A waiter that is destroyed meanwhile is passed over.
  Task<Turn> enter(std::uint64_t bytes);

 private:
  void leave(Waiter& waiter);

  Guarded<std::deque<std::shared_ptr<Waiter>>> waiters_;  // the first one has the turn
};

}  // namespace kontor::indexer
