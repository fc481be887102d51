// SPDX-License-Identifier: GPL-3.0-or-later
// Who may do what, as RFC 3744 tells it; and locks as elements.
#pragma once
#include <optional>

#include "server/dav/context.hpp"

namespace kontor::dav {

// The value of DAV:acl, current-user-privilege-set, supported-privilege-set or acl-restrictions.
// Lists cannot be changed here.
std::optional<xml::Element> privileges_of(const xml::Name& name,
                                          const Context& context,
                                          const Resource& resource);

// The name under which locks know a path: the same for every spelling of its owner.
std::string lock_path(const Context& context, const Path& path);
xml::Element active_lock(const Context& context, const Lock& lock);  // DAV:activelock

}  // namespace kontor::dav
