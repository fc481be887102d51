// SPDX-License-Identifier: GPL-3.0-or-later
// What an account was at a moment, and the messages it had then, from its folder of logs: of a
// running server, of a backup, of a copy. Changes nothing; blocking.
//
// The moment of a date is behind the last frame that bears a date not later than it, and behind the
// frames without a date that follow that one: messages, copies, moves, expunges and changes of
// folders bear the date when they were made; changes of flags do not, and count with what was done
// before them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/core/result.hpp"
#include "base/io/file_system.hpp"
#include "store/log/account_log.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

struct Past {
  AccountState state;
  ModSeq last = 0;        // the last frame that counts
  LogPosition end;        // behind it
  bool is_whole = false;  // nothing came later
  std::vector<Damage> damage;
};

// Nothing as `at`: everything. not_found: no logs, or nothing as old as that.
Result<Past> read_past(io::FileSystem& files,
                       const std::string& folder,
                       std::optional<UtcSeconds> at);

// A message as it was delivered; the views end with the call.
using VisitMessage = std::function<Result<void>(ItemId item, const DeliverFrame& message)>;
// Visits those items that `is_wanted`, in the order in which they came in. The first error ends it.
Result<void> read_items(io::FileSystem& files,
                        const std::string& folder,
                        const std::function<bool(ItemId)>& is_wanted,
                        const VisitMessage& visit);

// "2026-11-02", "2026-11-02 10:30", "2026-11-02T10:30:00Z" (UTC; a day alone is its end), "-3h",
// "-2d": so long before `now`. bad_input. Pure.
Result<UtcSeconds> parse_moment(std::string_view text, UtcSeconds now);
// "2027-01-15T08:00:00Z", which it reads.
std::string show_moment(UtcSeconds time);

}  // namespace kontor::store
