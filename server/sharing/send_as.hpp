// SPDX-License-Identifier: GPL-3.0-or-later
// Who may write mail in the name of a shared mailbox.
#pragma once
#include "directory/model/model.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::sharing {

// May he send as this mailbox? It is shared, and the list of its INBOX gives him "p". Memory only;
// loads nothing (store/mailbox/shares.hpp).
bool may_send_as(const directory::Identity& who,
                 const directory::Directory& directory,
                 const store::AccountStore& store,
                 const directory::Principal& mailbox);

}  // namespace kontor::sharing
