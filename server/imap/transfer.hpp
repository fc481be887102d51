// SPDX-License-Identifier: GPL-3.0-or-later
// Copies between accounts. There is no joint commit: messages are durable where they go before
// anything leaves where they were, so that a stop between the two doubles them and loses none.
#pragma once
#include "server/imap/mailbox.hpp"

namespace kontor::imap {

// The messages of the selected mailbox into a folder of another account, with the flags that the
// person may set there, keywords, INTERNALDATE and EMAILID: all of them, or none is left there.
// UIDs that are gone are passed over. `Copied::modseq` is of the destination. Memory: a few MB at a
// time, and one message. Errors as Account::append() and read_messages().
Task<Result<store::Copied>> copy_across(Session& session, std::vector<store::Uid> uids, Mailbox to);

}  // namespace kontor::imap
