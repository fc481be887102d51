// SPDX-License-Identifier: GPL-3.0-or-later
// What is to be learnt and what was, as DATA/learning holds it (docs/formats/learning.md). Pure.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "base/core/uuid.hpp"
#include "store/format/types.hpp"

namespace kontor::learning {

// A message that somebody says something of.
struct Job {
  bool is_spam = true;
  store::AccountId account;  // where it lies now
  store::ItemId item = 0;
  Uuid guid;             // its EMAILID
  store::Binding owner;  // whose mailbox it had come to

  bool operator==(const Job&) const = default;
};

inline constexpr std::size_t k_most_jobs = 20'000;
inline constexpr std::size_t k_most_done = 200'000;

// The first half of a SHA-256 digest.
using Digest = std::array<char, 16>;

struct State {
  std::deque<Job> jobs;     // the oldest first
  std::deque<Digest> done;  // of what was told, the oldest first
  bool operator==(const State&) const = default;
};

std::string format_state(const State& state);
// unsupported: of a later version; corrupt: a sentence.
Result<State> parse_state(std::string_view bytes);

// Of a message and what is said of it; of a message that spoke against a server.
Digest learnt_digest(const Uuid& guid, bool is_spam);
Digest source_digest(std::string_view trace);

}  // namespace kontor::learning
