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

template <class... Told>
class WatchersOf {
 public:
  using Call = std::function<void(Told...)>;

  Watch add(Call changed) {
    auto entry = std::make_shared<Entry>();
    entry->call.with([&](auto& call) { call = std::move(changed); });
    entries_.with([&](auto& entries) { entries.push_back(entry); });
    // The handle ends the watch: it waits for a call under way and forbids the next.
    auto end = [entry](void*) { entry->call.with([](auto& call) { call = nullptr; }); };
    return Watch(std::shared_ptr<void>(entry.get(), std::move(end)));
  }

  void notify(const Told&... told) {
    std::vector<std::shared_ptr<Entry>> live;
    entries_.with([&](auto& entries) {
      std::erase_if(entries, [&](const auto& weak) {
        auto entry = weak.lock();
        if (entry == nullptr) return true;
        live.push_back(std::move(entry));
        return false;
      });
    });
    for (const auto& entry : live)
      entry->call.with([&](const auto& call) {
        if (call) call(told...);
      });
  }

 private:
  struct Entry {
    Guarded<Call> call;  // empty once the watch has ended
  };
  Guarded<std::vector<std::weak_ptr<Entry>>> entries_;
};

using Watchers = WatchersOf<>;  // notify() on one thread at a time

}  // namespace kontor::store
