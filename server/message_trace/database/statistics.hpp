// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics: what the message trace counts, kept longer than the ways of the messages themselves
// (docs/formats/message-trace.md).
//
// Counted are hours and days of the server's own time zone; hours are kept as long as messages are,
// days longer. Of more than k_most_names new names in one hour (domains that a flood invents) the
// rest is counted under one name. One thread; blocking; questions use a connection of their own.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/core/result.hpp"
#include "server/message_trace/database/part.hpp"
#include "server/message_trace/database/sqlite.hpp"

namespace kontor::message_trace {

inline constexpr std::size_t k_most_names = 20'000;

// Of what the counts are. The numbers stand in the file.
enum class Dimension : std::uint8_t {
  total = 0,
  sender_domain = 1,
  recipient_domain = 2,
  mailbox = 3,
};

struct Counts {
  std::int64_t messages = 0;   // taken; of a recipient's domain: for how many recipients
  std::int64_t bytes = 0;      // of these
  std::int64_t sent = 0;       // by people who signed in
  std::int64_t delivered = 0;  // copies in mailboxes
  std::int64_t relayed = 0;    // recipients that other hosts took
  std::int64_t deferred = 0;   // tries that did not succeed
  std::int64_t failed = 0;     // recipients it will never reach
  std::int64_t refused = 0;    // recipients or messages that were not taken
  std::int64_t discarded = 0;
  std::int64_t junk = 0;
  std::int64_t viruses = 0;

  Counts& operator+=(const Counts& other);
};

class Statistics {
 public:
  static Result<Statistics> open(const std::string& path);

  void count(const Life& life, const Written& written);
  // What was counted since is in the file. On failure it is kept for the next time.
  Result<void> write();
  void forget() { fresh_.clear(); }
  // Hours before the one, days before the other (milliseconds since 1970) are dropped.
  Result<void> expire(std::int64_t hours_before, std::int64_t days_before);

 private:
  struct Key {
    std::int64_t hour = 0;  // 2026112314, local
    Dimension dimension = Dimension::total;
    std::string name;
    auto operator<=>(const Key&) const = default;
  };
  Counts& at(std::int64_t hour, Dimension dimension, std::string_view name);

  Connection connection_;
  std::map<Key, Counts> fresh_;
  std::set<std::pair<Dimension, std::string>> names_;  // of this hour
  std::int64_t hour_ = 0;
};

enum class Period : std::uint8_t { all, hour, day, month };

struct StatisticsQuestion {
  Dimension dimension = Dimension::total;
  Period period = Period::all;
  std::optional<std::int64_t> since, until;  // milliseconds since 1970; whole hours or days count
  std::string name;                          // only this domain or mailbox; empty: all
  std::size_t most = 1'000;
};

struct StatisticsRow {
  std::string period;  // "2026-11-23 14:00", "2026-11-23", "2026-11"; empty: all of it
  std::string name;    // of the domain or mailbox; empty: all
  Counts counts;
};

// By period, then by how much there was. not_found: nothing was counted yet.
Result<std::vector<StatisticsRow>> ask_statistics(const std::string& path,
                                                  const StatisticsQuestion& question);

// The hour of that time where the server stands: 2026112314.
std::int64_t local_hour(std::int64_t milliseconds);

}  // namespace kontor::message_trace
