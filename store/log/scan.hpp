// SPDX-License-Identifier: GPL-3.0-or-later
// The walk through the logs of an account that recovery and verify share. It changes nothing.
//
// It tells a torn tail from damage (docs/formats/log.md, "Recovery"): a bad range is damage when a
// later frame, or a later log, says that its frames were durable; else everything from there on was
// never acknowledged and is the torn tail. Failure: what the device says, corrupt (a log of a
// future version, or the start is not there), busy (somebody writes there at this moment), and what
// `visit` returns.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "store/log/device.hpp"
#include "store/log/frame.hpp"

namespace kontor::store {

struct ScanResult {
  ReplayReport report;
  bool found = false;                   // there is a log
  LogPosition end;                      // behind the last frame kept
  std::uint64_t incarnation = 0;        // of the last frame kept
  std::uint64_t last_incarnation = 0;   // the latest seen anywhere, cut frames included
  std::uint64_t durable = 0;            // highest sequence known to be on the device
  LogPosition unsynced;                 // the first frame kept above `durable`; `end`: none
  std::uint64_t size = 0;               // of the log that holds `end`
  bool sealed = false;                  // the next frame begins a new log
  std::optional<LogHeader> header;      // of the log that holds `end`, unless it is lost
  std::optional<std::uint32_t> unborn;  // a last log whose making was cut short
};

using VisitFrame =
    std::function<Result<void>(const RawFrame&, const LogPosition&, std::string_view payload)>;

// Visits the frames that recovery would keep, at and behind `from`, in order.
Result<ScanResult> scan_logs(LogDevice& device, LogMark from, const VisitFrame& visit);

}  // namespace kontor::store
