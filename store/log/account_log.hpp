// SPDX-License-Identifier: GPL-3.0-or-later
// AccountLog: the one totally ordered log of an account (docs/formats/log.md).
//
// Promise: the frames that replay gives are a prefix of what was appended, and every frame whose
// completion was called with success is in it, on the device. Appends get their sequence number and
// position at once and become durable together: concurrent appends of one account share a sync,
// syncs of different accounts run side by side on a small pool. After a failed write or sync the
// log is closed: every later append gets the error, and nothing un-synced is trusted again
// (docs/formats/log.md, "Recovery"). Threads: append() on the account's strand only; completions
// are called on a pool thread, in order of sequence. No file descriptor is kept beyond the active
// log and a small cache of sealed ones.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"
#include "store/format/frame_type.hpp"
#include "store/format/types.hpp"
#include "store/log/read_starts.hpp"

namespace kontor::store {

class LogDevice;  // store/log/device.hpp
class SyncPool;   // store/log/sync_pool.hpp

struct FrameHeader {
  FrameType type{};
  std::uint8_t codec = 0;  // 0: as it is
  std::uint64_t incarnation = 0;
  std::uint64_t sequence = 0;
};

struct NewFrame {
  FrameType type{};
  std::string payload;
};

struct Appended {
  std::uint64_t first_sequence = 0;  // the frames have consecutive numbers
  std::vector<LogPosition> positions;
  LogPosition end;  // where the frame behind them will stand; with their last sequence, a LogMark
  std::uint64_t incarnation = 0;  // of these frames, for that mark
};

// How far something knows a log (a snapshot, a dropped account): the end of what it has seen. Only
// what is durable may be marked.
struct LogMark {
  LogPosition end;                // default: nothing is known
  std::uint64_t sequence = 0;     // of the last frame before `end`
  std::uint64_t incarnation = 0;  // of that frame; 0: not known (then found by a walk)
};

// Damage found below the durable mark: the range was skipped and reported, the rest is served.
struct Damage {
  LogPosition begin;
  LogPosition end;
  std::string what;  // for the administrator
};

struct ReplayReport {
  std::uint64_t frames = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t torn_bytes = 0;  // un-acknowledged tail that was cut
  std::vector<Damage> damage;
};

using ReplayFrame =
    std::function<Result<void>(const FrameHeader&, const LogPosition&, std::string_view payload)>;
using AppendDone = std::move_only_function<void(Result<void>)>;

class AccountLog {
 public:
  struct Options {
    std::uint64_t segment_size = 32U << 20U;  // seal at this size
    // The active log is written ahead with zeros by its own length, at most by this (a step of
    // 64 KB at least).
    std::uint64_t preallocate = 1U << 20U;
  };

  // Makes the first log of a new account. exists: there is one.
  static Result<std::unique_ptr<AccountLog>> create(std::shared_ptr<LogDevice> device,
                                                    SyncPool& pool,
                                                    Options options);
  // Opens, replays every frame behind `from` (a default position: all), cuts the torn tail, starts
  // a new incarnation. Frames of one append() are replayed all or none, seals not at all. Blocking:
  // on the disk pool. not_found: no log. corrupt: not a log, of a future version, or it ends before
  // `from`. What is replayed is durable. A failed `replay` ends the opening with its error.
  static Result<std::unique_ptr<AccountLog>> open(std::shared_ptr<LogDevice> device,
                                                  SyncPool& pool,
                                                  Options options,
                                                  LogPosition from,
                                                  const ReplayFrame& replay,
                                                  ReplayReport& report);
  // The same from a mark, which spares the walk through the log to `from` that finds its sequence
  // number. Opening for appending only: a mark near the end and a `replay` that does nothing.
  static Result<std::unique_ptr<AccountLog>> open(std::shared_ptr<LogDevice> device,
                                                  SyncPool& pool,
                                                  Options options,
                                                  LogMark from,
                                                  const ReplayFrame& replay,
                                                  ReplayReport& report);
  ~AccountLog();  // waits for what was appended: never from a completion

  // Appends frames that become durable together and come back together or not at all; `done` is
  // called when they are, or with the error. An error here: the log is closed (io_error, no_space),
  // nothing was appended and `done` is not called.
  Result<Appended> append(std::vector<NewFrame> frames, AppendDone done);
  // The payload of a frame, or a part of it, checked by its CRC when it is whole. When
  // `likely_size` is right, the whole comes by one read of just that. Blocking: on the disk pool.
  Result<std::string> read_payload(LogPosition position,
                                   std::optional<std::uint64_t> likely_size = {}) const;
  Result<std::string> read_payload_range(LogPosition position,
                                         std::uint64_t offset,
                                         std::uint64_t size) const;
  // store/log/read_starts.hpp
  Result<void> read_payload_starts(std::span<const PayloadStart> starts,
                                   const TakeStart& take) const;
  // Removes the logs below `log`, oldest first, each durably; a log that may still be written to
  // stays. Replay then begins with the oldest that is left. Blocking.
  Result<void> drop_before(std::uint32_t log);
  // What reading a replaced generation has kept open is given back. Any thread.
  void release(std::uint32_t log) const;
  std::uint64_t last_sequence() const;  // appended, perhaps not yet durable
  LogPosition end() const;              // where the next frame will stand
  LogMark durable() const;              // everything before it is on the device
  bool closed_by_error() const;

 private:
  struct State;
  explicit AccountLog(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace kontor::store
