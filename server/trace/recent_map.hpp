// SPDX-License-Identifier: GPL-3.0-or-later
// RecentMap: a map of bounded size; what was not touched for longest makes room. One thread.
#pragma once
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace kontor::trace {

template <class Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t most) : most_(most) {}

  std::size_t size() const { return places_.size(); }
  // nullptr: not there. Does not touch.
  const Value* peek(const std::string& key) const {
    const auto place = places_.find(key);
    return place == places_.end() ? nullptr : &place->second->second;
  }
  Value* find(const std::string& key) {
    const auto place = places_.find(key);
    if (place == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, place->second);
    return &place->second->second;
  }
  // Made when missing. The reference holds until the next call of touch().
  Value& touch(const std::string& key) {
    if (Value* value = find(key)) return *value;
    if (!items_.empty() && places_.size() >= most_) {
      places_.erase(items_.back().first);
      items_.pop_back();
    }
    items_.emplace_front(key, Value());
    places_.emplace(key, items_.begin());
    return items_.front().second;
  }
  bool erase(const std::string& key) {
    const auto place = places_.find(key);
    if (place == places_.end()) return false;
    items_.erase(place->second);
    places_.erase(place);
    return true;
  }

 private:
  using Items = std::list<std::pair<std::string, Value>>;
  std::size_t most_;
  Items items_;  // the most recently touched first
  std::unordered_map<std::string, typename Items::iterator> places_;
};

}  // namespace kontor::trace
