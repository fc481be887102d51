// SPDX-License-Identifier: GPL-3.0-or-later
// Watchers: who is told of every commit. A watch that has ended is not being called and never will
// be. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/core/guarded.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::store {

class Watchers {
 public:
  Watch add(std::function<void()> changed);
  void notify();  // on one thread at a time

 private:
  struct Entry {
    Guarded<std::function<void()>> call;  // empty once the watch has ended
  };
  Guarded<std::vector<std::weak_ptr<Entry>>> entries_;
};

}  // namespace kontor::store
