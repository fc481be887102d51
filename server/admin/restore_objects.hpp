// SPDX-License-Identifier: GPL-3.0-or-later
// restore of calendars, tasks, address books and notes: objects, one by one.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

// Does the request name a folder of objects, or an object?
bool restores_objects(const Request& request);
Result<Finding> restore_objects(const Client& client, const Request& request);

}  // namespace kontor::admin
