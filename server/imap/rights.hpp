// SPDX-License-Identifier: GPL-3.0-or-later
// What a person may do with a folder (rights of RFC 4314), behind one function.
#pragma once
#include "directory/model/model.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::imap {

enum class Right : unsigned char {
  lookup,           // l: see that it is there
  read,             // r: open it
  keep_seen,        // s
  write_flags,      // w: flags other than \Seen and \Deleted
  insert,           // i: append, copy into
  create_children,  // k
  delete_folder,    // x: delete, rename
  delete_messages,  // t: \Deleted
  expunge,          // e
};

// May `identity` do that in a folder of the account of `owner`? The owner may do everything in his
// own mailbox; nobody else anything.
bool may(const directory::Identity& identity,
         const store::Binding& owner,
         const store::FolderInfo& folder,
         Right right);

}  // namespace kontor::imap
