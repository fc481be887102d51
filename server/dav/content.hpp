// SPDX-License-Identifier: GPL-3.0-or-later
// What may be put into a collection, and what is known of it without reading it again.
#pragma once
#include <expected>

#include "server/dav/answers.hpp"

namespace kontor::dav {

// The keys of a body that fits the collection, or why it does not: a DAV:error with the
// precondition of RFC 4791, 5.3.2.1 or RFC 6352, 6.3.2.1, and a sentence.
std::expected<store::ObjectKeys, http::wire::Response> check_content(const Context& context,
                                                                     const Resource& collection,
                                                                     std::string_view body);
// The zone of floating times in a calendar (CALDAV:calendar-timezone); nullptr: UTC.
calendar::ZonePtr zone_of(const Context& context, const Resource& collection);

}  // namespace kontor::dav
