// SPDX-License-Identifier: GPL-3.0-or-later
// restore --replace: a mailbox as a whole in the place of the one there.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

// Prepares DATA/restoring/ID from the logs of the moment, then has the server put it in place.
Result<Finding> restore_whole(const Client& client, const Request& request);

}  // namespace kontor::admin
