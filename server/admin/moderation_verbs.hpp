// SPDX-License-Identifier: GPL-3.0-or-later
// The verbs `moderation …`: messages to moderated groups.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

Task<Answer> moderation_approve(const Desk& desk, Request request);
Task<Answer> moderation_list(const Desk& desk, Request request);
Task<Answer> moderation_reject(const Desk& desk, Request request);
Task<Answer> moderation_show(const Desk& desk, Request request);

}  // namespace kontor::admin
