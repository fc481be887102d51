// SPDX-License-Identifier: GPL-3.0-or-later
// An account as somebody sees and changes it who is not its owner.
#pragma once
#include <memory>

#include "store/mailbox/account.hpp"
#include "store/mailbox/reader.hpp"

namespace kontor::store {

// The same account, opened in a store: views show what the reader sees, with his own flags, the
// counters and sequences that follow from them, and nothing of what others have for themselves; the
// flags that he has for himself in a folder are set for him alone; everything else is passed on.
// Rights are the caller's. nullptr: it is none that can have readers.
std::shared_ptr<Account> as_reader(const std::shared_ptr<Account>& account, Binding reader);
// Whether its owner reads the account as his own (k_owner_reads), to be said before somebody else
// reads it; if that is another than before, readers see everything as changed. A commit only then.
Task<Result<void>> set_owner_reads(std::shared_ptr<Account> account, bool reads);

// Which flags the readers of a folder have for themselves, or with folder 0 those of folders that
// do not say; nothing: it does not say.
std::optional<FlagSharing> flag_sharing(const Account& account, FolderId folder);
Task<Result<void>> set_flag_sharing(std::shared_ptr<Account> account,
                                    FolderId folder,
                                    std::optional<FlagSharing> sharing);

}  // namespace kontor::store
