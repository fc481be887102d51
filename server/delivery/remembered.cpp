// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/delivery/remembered.hpp"

namespace kontor::delivery {

void Remembered::add(std::string key, SteadyTime now) {
  table_.with([&](Table& table) {
    while (table.order.size() >= max_) {
      table.added.erase(table.order.front());
      table.order.pop_front();
    }
    table.added.insert_or_assign(key, now);
    table.order.push_back(std::move(key));
  });
}

bool Remembered::take(const std::string& key, SteadyTime now) {
  return table_.with([&](Table& table) {
    const auto found = table.added.find(key);
    if (found == table.added.end()) return false;
    const bool fresh = now - found->second <= age_;
    table.added.erase(found);
    return fresh;
  });
}

}  // namespace kontor::delivery
