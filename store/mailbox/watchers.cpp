// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/watchers.hpp"

namespace kontor::store {

Watch Watchers::add(std::function<void()> changed) {
  auto entry = std::make_shared<Entry>();
  entry->call.with([&](auto& call) { call = std::move(changed); });
  entries_.with([&](auto& entries) { entries.push_back(entry); });
  // The handle ends the watch: it waits for a call under way and forbids the next.
  auto end = [entry](void*) { entry->call.with([](auto& call) { call = nullptr; }); };
  return Watch(std::shared_ptr<void>(entry.get(), std::move(end)));
}

void Watchers::notify() {
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
    entry->call.with([](const auto& call) {
      if (call) call();
    });
}

}  // namespace kontor::store
