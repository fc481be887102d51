// SPDX-License-Identifier: GPL-3.0-or-later
// Verbs about mail domains, and about locks (policy "locked"): domains …, accounts lock and unlock.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

Task<Answer> accounts_lock(const Desk& desk, Request request);
Task<Answer> accounts_unlock(const Desk& desk, Request request);
Task<Answer> domains_add(const Desk& desk, Request request);
Task<Answer> domains_mailboxes(const Desk& desk, Request request);
Task<Answer> domains_remove(const Desk& desk, Request request);

// Is the whole mail domain locked, by a rule for it?
bool is_domain_locked(const Desk& desk, const std::string& domain);

}  // namespace kontor::admin
