// SPDX-License-Identifier: GPL-3.0-or-later
// What a person may do with a folder (rights of RFC 4314), behind one function.
#pragma once
#include <string>
#include <vector>

#include "directory/model/model.hpp"
#include "store/mailbox/view.hpp"

namespace kontor::sharing {

using store::Right;

// A folder, whose account it is in, and what its list says. Refers to values of the caller's.
struct Access {
  const store::Binding& owner;
  const store::FolderInfo& folder;
  const store::AccessList& list;
};

// Is it the same person or group? Owners of accounts and whom entries name are bindings.
bool is_same(const directory::PrincipalId& id, const store::Binding& binding);

// The owner may do everything in his own mailbox, whatever the list says, except delete INBOX.
// Others: what entries that name them, a group of theirs at any depth, or anyone give, less what
// negative entries of the same kind take away. Groups count by the SIDs of the identity; an entry
// whose group the directory does not have any more counts for nobody. Folders that are not mail
// give nothing. Any thread.
store::RightBits rights_of(const directory::Identity& identity,
                           const directory::Directory& directory,
                           const Access& access);
// The same of a folder that is not mail: a calendar, an address book, tasks, notes. Of an account
// that belongs to a group whoever is in it, nested, may do everything but change lists and delete
// collections, and its manager (managedBy) everything. Folders of mail give nothing.
store::RightBits object_rights_of(const directory::Identity& identity,
                                  const directory::Directory& directory,
                                  const Access& access);
// May he learn when this calendar says that somebody is busy? Whoever signs in may, unless a
// negative entry takes "l" from him.
bool may_see_busy(const directory::Identity& identity,
                  const directory::Directory& directory,
                  const Access& access);
// Is this the account of a group that he belongs to?
bool is_of_his_group(const directory::Identity& identity,
                     const directory::DirectoryCopy& copy,
                     const store::Binding& owner);
// Whom an entry may name to count for him: anyone, himself, his groups.
std::vector<store::Binding> principals_of(const directory::Identity& identity,
                                          const directory::DirectoryCopy& copy);
// What the list gives those who did not sign in: mail from outside has no other rights than these.
// "anyone" counts for them too (RFC 4314, 2), "anonymous" for them alone.
store::RightBits rights_of_strangers(const store::AccessList& list);
// Whom an entry for "anonymous" names.
store::Binding anonymous();
bool may(const directory::Identity& identity,
         const directory::Directory& directory,
         const Access& access,
         Right right);

// The flags that these rights let one change; write_flags: keywords too (RFC 4314, 4).
store::FlagBits flags_for(store::RightBits rights);

// As MYRIGHTS and ACL tell them: with the virtual rights c and d of RFC 2086 when a member of them
// is there (RFC 4314, 2.1.1).
std::string rights_text(store::RightBits rights);

}  // namespace kontor::sharing
