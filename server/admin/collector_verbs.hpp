// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs `collector …`: accounts elsewhere that mail is fetched from.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

Task<Answer> collector_add(const Desk& desk, Request request);
Task<Answer> collector_check(const Desk& desk, Request request);
Task<Answer> collector_list(const Desk& desk, Request request);
Task<Answer> collector_pause(const Desk& desk, Request request);
Task<Answer> collector_remove(const Desk& desk, Request request);
Task<Answer> collector_resume(const Desk& desk, Request request);
Task<Answer> collector_run(const Desk& desk, Request request);
Task<Answer> collector_set(const Desk& desk, Request request);
Task<Answer> collector_show(const Desk& desk, Request request);
// What kontorctl does for the two that need a password.
Result<Finding> collector_add_here(const Client& client, Request request);
Result<Finding> collector_set_here(const Client& client, Request request);

}  // namespace kontor::admin
