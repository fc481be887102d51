// SPDX-License-Identifier: GPL-3.0-or-later
// Verbs of what keeps unwanted mail away: quarantine, people's own lists, servers that send spam.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

Task<Answer> lists_show(const Desk& desk, Request request);
Task<Answer> lists_allow(const Desk& desk, Request request);
Task<Answer> lists_block(const Desk& desk, Request request);
Task<Answer> lists_remove(const Desk& desk, Request request);

// With --as: what policy lets a person do, about mail to him alone. What an administrator releases
// or deletes stands in the audit log before it is done.
Task<Answer> quarantine_list(const Desk& desk, Request request);
Task<Answer> quarantine_show(const Desk& desk, Request request);
Task<Answer> quarantine_read(const Desk& desk, Request request);
Task<Answer> quarantine_release(const Desk& desk, Request request);
Task<Answer> quarantine_delete(const Desk& desk, Request request);
Task<Answer> quarantine_except(const Desk& desk, Request request);
Result<Finding> quarantine_read_here(const Client& client, Request request);

Task<Answer> spam_base_list(const Desk& desk, Request request);
Task<Answer> spam_base_add(const Desk& desk, Request request);
Task<Answer> spam_base_import(const Desk& desk, Request request);
Task<Answer> spam_base_remove(const Desk& desk, Request request);
Task<Answer> learning_status(const Desk& desk, Request request);

}  // namespace kontor::admin
