// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of `domain check` about what the domain says: the sign-in, the account, its names and
// rights, the server's own ticket. Pure.
#pragma once
#include "directory/domain/facts.hpp"
#include "directory/domain/rows.hpp"

namespace kontor::directory {

void judge_account(const DomainFacts& facts, Rows& rows);

}  // namespace kontor::directory
