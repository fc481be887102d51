// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong in the logs of an account, frame by frame: which sequence numbers are without a
// frame, what lies in their place, and what of it can be put right or read.
//
// Changes nothing. Blocking; the time of a few reads of all logs. Failure: as check_logs().
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/format/payload.hpp"
#include "store/log/verify.hpp"
#include "store/tools/patched_device.hpp"

namespace kontor::store {

using Progress = std::function<void(const std::string& line)>;

// Sequence numbers without a frame, between two frames or at the end.
struct Gap {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // below first: it is not known how many
  LogPosition begin;       // behind the frame before
  LogPosition end;         // where the next one stands, perhaps in a later log
};

// Bytes in a gap that were one frame.
struct Remains {
  LogPosition position;
  std::uint64_t size = 0;
  std::uint64_t sequence = 0;
  std::optional<FrameType> type;  // when its header can be read
  bool mended = false;            // one bit was wrong: the patch puts it right
  bool head_is_whole = false;     // of a deliver frame: all but the message is sure
  FolderId folder = 0;            // of a deliver frame; 0: not known
  Uid uid = 0;                    // as it stands there; 0: not known, or not given yet
  std::uint32_t raw_offset = 0;   // of the message in the payload; 0: not known
  std::string subject, date;      // of a message, as far as they can be read
};

struct Diagnosis {
  LogCheck found;                // the logs as they are
  LogCheck mended;               // with the patches in force
  std::vector<Gap> gaps;         // that are left then
  std::vector<Remains> remains;  // of the gaps before
  bool has_bad_tail = false;     // frames at the very end were not torn, but damaged
  bool good() const { return found.good() && !has_bad_tail; }
};

// Puts into `device` what can be put right: headers of logs, frames with one wrong bit.
Result<Diagnosis> diagnose(PatchedDevice& device, const Progress& progress);

// For a person: one line.
std::string describe(const Remains& remains);

}  // namespace kontor::store
