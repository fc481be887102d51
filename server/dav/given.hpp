// SPDX-License-Identifier: GPL-3.0-or-later
// What others have given to a person: collections in accounts of colleagues, of groups, of shared
// mailboxes and of everybody.
//
// Programs look for collections in a person's own homes only, so they stand there too, as
// "shared-ACCOUNT-FOLDER": a name that stays when owner or collection are called otherwise. The
// same collections are below their owner's home, for who acts for him. What the person may do is
// asked of the account's lists with every request (server/sharing/rights.hpp):
//
//   l  CALDAV:read-free-busy      w  DAV:write-content, write-properties   k  makes collections in
//   it r  DAV:read                   i  DAV:bind      t and e  DAV:unbind     x  deletes it a
//   DAV:read-acl, write-acl    p  sees what is private
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/dav/context.hpp"
#include "server/dav/given_name.hpp"
#include "store/mailbox/access_list.hpp"

namespace kontor::dav {

// Does the context's account belong to the person who asks?
bool is_own_account(const Context& context);
// What the person may do with a folder of the context's account.
store::RightBits rights_in(const Context& context, const store::FolderInfo& folder);
// ... with a collection or with what lies in it; in a home: what he may make there.
store::RightBits rights_at(const Context& context, const Resource& resource);

// May he see what is private there? Of address books and notes nothing is.
bool sees_private(const Context& context, const Resource& resource);
// May the person learn when this calendar says that somebody is busy?
bool may_see_busy(const Context& context, const store::FolderInfo& folder);

// Opens the account in which a path lies: one's own, or another that gives something to the person.
// The collections that everybody has are made. not_found: there is none for him.
Task<Result<void>> open_place(Context& context, const Path& path);

// A home of the person's own: for each collection that was given to him a context of its own, whose
// resource it is.
Task<Result<std::vector<Context>>> given_to(const Context& context);

// Does this account give the person any calendar, address book, task or note? By the index; memory
// only.
bool gives_something(const Context& context, const store::Binding& owner);

}  // namespace kontor::dav
