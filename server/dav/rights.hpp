// SPDX-License-Identifier: GPL-3.0-or-later
// Who may do what, as RFC 3744 tells it; and locks as elements.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/dav/context.hpp"
#include "server/http/wire/response.hpp"

namespace kontor::dav {

// The value of DAV:acl, current-user-privilege-set, supported-privilege-set or acl-restrictions.
std::optional<xml::Element> privileges_of(const xml::Name& name,
                                          const Context& context,
                                          const Resource& resource);

// Why the person may not do what he asks for, in somebody else's account; nothing: he may. What a
// REPORT reads is checked by check_reading().
std::optional<http::wire::Response> check_access(const Context& context);
std::optional<http::wire::Response> check_reading(const Context& context);
// The same of an object that is private and that he may not see: it cannot be changed, moved or
// copied either. Reads it.
Task<Result<std::optional<http::wire::Response>>> check_private(const Context& context);

// DAV:need-privileges (RFC 3744, 7.1.1)
xml::Element need_privileges(std::string_view href, const xml::Name& privilege);

// The name under which locks know a path: the same for every spelling of its owner, and for a
// collection in its owner's home and in those of others.
std::string lock_path(const Context& context, const Path& path);
xml::Element active_lock(const Context& context, const Lock& lock);  // DAV:activelock

}  // namespace kontor::dav
