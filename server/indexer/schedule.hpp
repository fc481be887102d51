// SPDX-License-Identifier: GPL-3.0-or-later
// Schedule: whose turn of indexing it is. A pure table; the caller guards it and brings the time.
//
// An account that somebody uses is due search.delay after the first change. Mail that comes in for
// accounts nobody has open waits for company: loading an account for each message would cost more
// than the message. Accounts of the first round (at the start of the server) come when nobody else
// is due.
#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "base/core/time.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::indexer {

class Schedule {
 public:
  static constexpr std::size_t k_company = 64;  // messages that are worth loading an account
  static constexpr std::chrono::minutes k_patience{10};

  explicit Schedule(std::chrono::milliseconds delay) : delay_(delay) {}

  // Somebody is due sooner than anybody was before: who sleeps for wait() is to be woken.
  bool note(const store::AccountId& account, store::AccountNews news, SteadyTime now);
  // Its turn comes at `when`, if it would not come sooner.
  void add(const store::AccountId& account, SteadyTime when);
  // Somebody searches it: who waits need not wait any longer.
  void hurry(const store::AccountId& account, SteadyTime now);
  void add_round(std::vector<store::AccountId> accounts);
  void forget(const store::AccountId& account);

  // The account whose turn it is; it is out of the table then.
  std::optional<store::AccountId> take(SteadyTime now);
  // How long until somebody is due; nothing: nobody is waiting.
  std::optional<std::chrono::milliseconds> wait(SteadyTime now) const;
  bool is_idle(SteadyTime now) const;
  // Who waits for a turn, and how long the first of them is overdue.
  struct Lag {
    std::size_t accounts = 0;
    SteadyTime::duration overdue{};
  };
  Lag lag(SteadyTime now) const;

 private:
  struct Waiting {
    SteadyTime due;
    std::size_t messages = 0;  // that came while the account was not loaded
  };
  void put(const store::AccountId& account, Waiting waiting);

  std::chrono::milliseconds delay_;
  std::map<store::AccountId, Waiting> waiting_;
  std::multimap<SteadyTime, store::AccountId> order_;
  std::deque<store::AccountId> round_;
};

}  // namespace kontor::indexer
