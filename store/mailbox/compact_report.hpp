// SPDX-License-Identifier: GPL-3.0-or-later
// What compaction is asked for, and what it did. Values.
#pragma once
#include <cstdint>
#include <set>

namespace kontor::store {

// As the settings say, or at once whatever gives space: the age of mail does not count then.
enum class CompactWish : std::uint8_t { upkeep, at_once };

struct CompactTurn {
  CompactWish wish = CompactWish::upkeep;
  std::uint32_t most = UINT32_MAX;     // logs to write anew; those with the most to gain first
  std::set<std::uint32_t> leave = {};  // logs that could not be, just now
};

struct Removed {  // replaced generations
  std::uint64_t logs = 0, bytes = 0;
  std::uint64_t kept_logs = 0, kept_bytes = 0;  // to be removed later
};

struct CompactReport {
  std::uint64_t logs = 0;                    // written anew
  std::uint64_t before = 0, after = 0;       // their bytes
  std::uint64_t left = 0;                    // worth it too, for another turn
  std::set<std::uint32_t> passed_over = {};  // could not be: damaged, or the disk is short
  Removed removed;
};

}  // namespace kontor::store
