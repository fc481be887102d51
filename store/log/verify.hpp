// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at an account's logs without changing anything: `kontorctl store verify` and `dump`.
//
// Works on a dead folder, on a copy, and beside a running server (an append that is under way shows
// as a torn tail at most). Failure: not_found (no logs), corrupt (of a later version), io_error.
// Blocking.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "store/log/account_log.hpp"
#include "store/log/device.hpp"

namespace kontor::store {

// What is known of a frame besides its payload.
struct FoundFrame {
  FrameHeader header;
  bool group_end = false;
  std::uint64_t durable_upto = 0;
  std::uint64_t length = 0;  // of the payload
  LogPosition position;
};

struct FoundLog {
  std::uint32_t number = 0;
  std::uint64_t size = 0;  // of the file, what is written ahead included
  std::uint64_t frames = 0;
  bool sealed = false;
};

struct LogCheck {
  std::vector<FoundLog> logs;
  ReplayReport report;  // frames counts seals too
  LogPosition end;
  std::uint64_t durable_upto = 0;  // what the log itself says
  bool unborn_log = false;         // the making of a last log was cut short: harmless
  bool good() const { return report.damage.empty(); }
};

using VisitFound = std::function<Result<void>(const FoundFrame&, std::string_view payload)>;

// Every frame that opening would keep, in order; a failed visit ends the check. busy: a running
// server wrote faster than it could be read; try again.
Result<LogCheck> check_logs(LogDevice& device, const VisitFound& visit);

// For a person: one line a log, one a damaged range, and the sum.
std::string describe(const LogCheck& check);

}  // namespace kontor::store
