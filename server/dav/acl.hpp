// SPDX-License-Identifier: GPL-3.0-or-later
// The method ACL and the property DAV:acl (RFC 3744): the list of RFC 4314 letters that IMAP and
// kontorctl change, in the words of WebDAV.
#pragma once
#include <optional>

#include "server/dav/answers.hpp"

namespace kontor::dav {

// Replaces what a collection gives. What it takes away (negative entries, which ACL cannot express)
// stays, and so do letters that have no privilege, while the privileges of their entry stay. Entry
// by entry, each durable: a failure in between leaves those before it.
Task<Answer> do_acl(Context& context);
// Nothing: who asks may not see the list, or there is none.
std::optional<xml::Element> acl_of(const Context& context, const Resource& resource);

}  // namespace kontor::dav
