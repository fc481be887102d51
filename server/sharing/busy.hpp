// SPDX-License-Identifier: GPL-3.0-or-later
// Who may learn when somebody is busy, by the policy `free_busy` of the owner.
#pragma once
#include "base/config/policy_rule.hpp"
#include "server/sharing/rights.hpp"

namespace kontor::sharing {

// The owner always may. `everybody`: as may_see_busy() of the list alone says; `rights`: whom the
// list gives "l" or "r"; `nobody`.
bool may_see_busy(const directory::Identity& identity,
                  const directory::Directory& directory,
                  const Access& access,
                  config::BusyAskers askers);

}  // namespace kontor::sharing
