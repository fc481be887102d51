// SPDX-License-Identifier: GPL-3.0-or-later
// shares flags: which flags each reader of a mailbox has for himself.
#pragma once
#include "server/admin/verbs.hpp"

namespace kontor::admin {

Task<Answer> shares_flags(const Desk& desk, Request request);

}  // namespace kontor::admin
