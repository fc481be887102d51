// SPDX-License-Identifier: GPL-3.0-or-later
// What compaction is asked for, and what it did. Values.
#pragma once
#include <cstdint>

namespace kontor::store {

// As the settings say, or at once whatever gives space: the age of mail does not count then.
enum class CompactWish : std::uint8_t { upkeep, at_once };

struct Removed {  // replaced generations
  std::uint64_t logs = 0, bytes = 0;
  std::uint64_t kept_logs = 0, kept_bytes = 0;  // to be removed later
};

struct CompactReport {
  std::uint64_t logs = 0;               // written anew
  std::uint64_t before = 0, after = 0;  // their bytes
  std::uint64_t passed_over = 0;        // could not be: damaged, or the disk is short
  Removed removed;
};

}  // namespace kontor::store
