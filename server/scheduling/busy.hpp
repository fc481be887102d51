// SPDX-License-Identifier: GPL-3.0-or-later
// When the owner of an account is busy, by all of his calendars.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "calendar/freebusy/freebusy.hpp"
#include "server/scheduling/busy_memory.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::scheduling {

struct BusyQuestion {
  calendar::TimeRange range;
  std::vector<std::string> self;          // addresses of whose calendars they are
  std::string without;                    // UID of an object that does not count; empty: all count
  std::optional<store::FolderId> folder;  // this calendar alone, transparent or not
  BusyMemory* memory = nullptr;           // what was found before; nullptr: all is computed
};

// `view` is one of `account`. Calendars that are transparent (RFC 6638, 9.1) do not count. Objects
// that cannot be read are passed over. `zones` and `account` outlive it.
Task<Result<std::vector<calendar::BusyPeriod>>> busy_times(store::Account& account,
                                                           store::AccountView view,
                                                           BusyQuestion question,
                                                           const calendar::Zones& zones);

}  // namespace kontor::scheduling
