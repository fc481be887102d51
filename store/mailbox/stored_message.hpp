// SPDX-License-Identifier: GPL-3.0-or-later
// A message read from its log, in whatever form it stands there: as it was delivered, or packed by
// compaction. Failure: not_found (it was purged, or its log was replaced meanwhile), corrupt.
// Blocking: on the disk pool.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/log/account_log.hpp"
#include "store/mailbox/account.hpp"
#include "store/mailbox/state.hpp"

namespace kontor::store {

// The whole message, its frame's checksum checked.
Result<std::string> read_stored_message(const AccountLog& log, const ItemRow& row);
// The bytes [from, from + count); what lies behind the end is left out.
Result<std::string> read_stored_range(const AccountLog& log,
                                      const ItemRow& row,
                                      std::uint64_t from,
                                      std::uint64_t count);
// A stretch of a message; what lies behind its end is left out.
struct StoredRange {
  ItemRow row;  // empty: it is gone
  std::uint64_t from = 0;
  std::uint64_t count = 0;
};
// Of small messages that stand close to each other, with few reads. Nothing for the others and for
// what could not be read so: read_stored_range() gives it or says why not.
std::vector<std::optional<std::string>> read_small_ranges(const AccountLog& log,
                                                          std::span<const StoredRange> ranges);
// In the order of the rows; those that stand close to each other come by one read.
Result<std::vector<Fragments>> read_stored_fragments(const AccountLog& log,
                                                     std::span<const ItemRow> rows);

}  // namespace kontor::store
