// SPDX-License-Identifier: GPL-3.0-or-later
// A message read from its log, in whatever form it stands there: as it was delivered, or packed by
// compaction. Failure: not_found (it was purged, or its log was replaced meanwhile), corrupt.
// Blocking: on the disk pool.
#pragma once
#include <string>

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
Result<Fragments> read_stored_fragments(const AccountLog& log, const ItemRow& row);

}  // namespace kontor::store
