// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/rights.hpp"

namespace kontor::imap {

bool may(const directory::Identity& identity,
         const store::Binding& owner,
         const store::FolderInfo& folder,
         Right right) {
  if (identity.id.source != owner.source || identity.id.guid != owner.guid) return false;
  // Calendars and address books are not mail: seen by their own protocols only.
  if (folder.folder_class != store::FolderClass::mail) return false;
  // What was deleted is there to be looked at and taken out (server/imap/recoverable.hpp).
  if (folder.recoverable != store::Recoverable::no)
    return right == Right::lookup || right == Right::read;
  return right != Right::delete_folder || folder.id != store::k_inbox;
}

}  // namespace kontor::imap
