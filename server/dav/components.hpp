// SPDX-License-Identifier: GPL-3.0-or-later
// What the objects of a collection may be, and what is told of them by their kind.
#pragma once
#include <string>
#include <vector>

#include "server/dav/context.hpp"

namespace kontor::dav {

// "VEVENT", "VTODO" ...: what a calendar takes (CALDAV:supported-calendar-component-set).
std::vector<std::string> components_of(const Context& context, const Resource& collection);
// The media type of an object.
std::string content_type_of(const Resource& object);
std::string internet_date(UtcSeconds time);  // RFC 3339, as DAV:creationdate has it

}  // namespace kontor::dav
