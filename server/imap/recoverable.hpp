// SPDX-License-Identifier: GPL-3.0-or-later
// The tree "Recoverable" of what was expunged or deleted: read, copied and moved from, nothing
// else. MOVE and COPY out of it bring messages back, RENAME a deleted mailbox.
#pragma once
#include "server/imap/command.hpp"

namespace kontor::imap {

// The answer to a command that would change the tree. `name`: a mailbox that it names; nothing
// when that lies elsewhere.
std::optional<Tagged> refuse_in_recoverable(std::string_view name);
// The same about the selected mailbox.
std::optional<Tagged> refuse_in_recoverable(const Session& session);

// RENAME of a mailbox of the tree.
Task<Result<Tagged>> bring_back(Session& session, store::FolderInfo folder, std::string to);

}  // namespace kontor::imap
