// SPDX-License-Identifier: GPL-3.0-or-later
// The folders that mailbox specifiers mean (RFC 5465, 6; RFC 7377, 2.2).
#pragma once
#include <vector>

#include "server/imap/mailbox.hpp"
#include "server/imap/wire/mailbox_filter.hpp"

namespace kontor::imap {

// Does it mean this folder, under the name that the person knows? `own`: it is in his own account.
// Whether he may read it is not asked.
bool is_meant(const Session& session,
              bool own,
              const store::FolderInfo& folder,
              const wire::MailboxFilter& filter);
// Is it the selected mailbox?
bool is_selected(const Session& session, const Mailbox& mailbox);

// Each once, in the order of LIST; accounts of others are loaded when one of their folders is
// meant. Those the client may not read, or names that do not exist, are left out.
Task<std::vector<Mailbox>> mailboxes_meant(Session& session,
                                           std::vector<wire::MailboxFilter> filters);

}  // namespace kontor::imap
