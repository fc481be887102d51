// SPDX-License-Identifier: GPL-3.0-or-later
// Mailbox: a folder that a client has named, with the account it is in, the person's own or
// somebody else's; and what others have given the person.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "server/imap/session.hpp"
#include "store/mailbox/shares.hpp"

namespace kontor::imap {

struct Mailbox {
  std::shared_ptr<store::Account> account;
  store::FolderInfo folder;  // under the name that the person knows it by
  std::string local;         // its name in the account
};

// By its name, in any account. not_found: there is none, or the person may not know of it. One's
// own folder has the name when two have. Loads the account of who has given him something, and no
// other.
Task<Result<Mailbox>> find_mailbox(Session& session, std::string name);

// The account that a name of others leads to, opened; not_found: it has given the person nothing.
Task<Result<std::shared_ptr<store::Account>>> open_foreign(Session& session, store::Binding owner);

// A folder that others have given, as far as it is known without their account.
struct GivenFolder {
  store::AccountId account;
  store::FolderInfo folder;  // id, name as the person knows it, his subscription, special use
  store::RightBits rights = 0;
};
// Shared mailboxes and public folders are there by themselves: subscribed until the person says
// otherwise, and with their special uses.
// All that the person may see ("l"), by name, INBOX first in each account. Loads nothing.
std::vector<GivenFolder> given_folders(const Session& session);

// SUBSCRIBE and UNSUBSCRIBE of a name of others, as the person writes it.
Task<Result<void>> subscribe_to_foreign(Session& session, std::string name, bool subscribed);

}  // namespace kontor::imap
