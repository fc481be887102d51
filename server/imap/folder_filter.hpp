// SPDX-License-Identifier: GPL-3.0-or-later
// The folders that mailbox specifiers mean (RFC 5465, 6; RFC 7377, 2.2).
#pragma once
#include <vector>

#include "server/imap/session.hpp"
#include "server/imap/wire/mailbox_filter.hpp"

namespace kontor::imap {

// Does it mean this folder? Whether the client may read it is not asked.
bool is_meant(const Session& session,
              const store::FolderInfo& folder,
              const wire::MailboxFilter& filter);

// Each once, in the order of LIST. Those the client may not read, or names that do not exist, are
// left out.
std::vector<store::FolderInfo> folders_meant(const Session& session,
                                             const std::vector<wire::MailboxFilter>& filters);

}  // namespace kontor::imap
