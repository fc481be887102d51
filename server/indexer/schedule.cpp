// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/indexer/schedule.hpp"

#include <algorithm>

namespace kontor::indexer {

void Schedule::put(const store::AccountId& account, Waiting waiting) {
  forget(account);
  order_.emplace(waiting.due, account);
  waiting_.emplace(account, waiting);
}

bool Schedule::note(const store::AccountId& account, store::AccountNews news, SteadyTime now) {
  const auto found = waiting_.find(account);
  Waiting waiting = found == waiting_.end() ? Waiting{SteadyTime::max(), 0} : found->second;
  auto due = now + delay_;
  if (news == store::AccountNews::delivered && ++waiting.messages < k_company)
    due = now + k_patience;
  if (found != waiting_.end() && found->second.due <= due) {
    found->second.messages = waiting.messages;
    return false;
  }
  const bool is_first = order_.empty() || due < order_.begin()->first;
  waiting.due = due;
  put(account, waiting);
  return is_first;
}

void Schedule::add(const store::AccountId& account, SteadyTime when) {
  const auto found = waiting_.find(account);
  if (found != waiting_.end() && found->second.due <= when) return;
  put(account, Waiting{when, 0});
}

void Schedule::hurry(const store::AccountId& account, SteadyTime now) {
  if (waiting_.contains(account)) add(account, now);
}

Schedule::Lag Schedule::lag(SteadyTime now) const {
  Lag out{waiting_.size() + round_.size(), {}};
  if (!order_.empty() && order_.begin()->first < now) out.overdue = now - order_.begin()->first;
  return out;
}

void Schedule::add_round(std::vector<store::AccountId> accounts) {
  round_.insert(round_.end(), accounts.begin(), accounts.end());
}

void Schedule::forget(const store::AccountId& account) {
  const auto found = waiting_.find(account);
  if (found == waiting_.end()) return;
  const auto [begin, end] = order_.equal_range(found->second.due);
  const auto place =
      std::find_if(begin, end, [&](const auto& one) { return one.second == account; });
  if (place != end) order_.erase(place);
  waiting_.erase(found);
}

std::optional<store::AccountId> Schedule::take(SteadyTime now) {
  if (!order_.empty() && order_.begin()->first <= now) {
    const auto account = order_.begin()->second;
    forget(account);
    return account;
  }
  if (round_.empty()) return std::nullopt;
  const auto account = round_.front();
  round_.pop_front();
  forget(account);
  return account;
}

std::optional<std::chrono::milliseconds> Schedule::wait(SteadyTime now) const {
  if (!round_.empty()) return std::chrono::milliseconds(0);
  if (order_.empty()) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(order_.begin()->first - now);
  return std::max(left, std::chrono::milliseconds(0));
}

bool Schedule::is_idle(SteadyTime now) const {
  return round_.empty() && (order_.empty() || order_.begin()->first > now);
}

}  // namespace kontor::indexer
