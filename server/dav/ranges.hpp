// SPDX-License-Identifier: GPL-3.0-or-later
// Time ranges and text matches of filters, as XML has them (RFC 4791, 9.9; RFC 6352, 10.5). Pure.
#pragma once
#include <optional>

#include "calendar/ical/values.hpp"
#include "calendar/text/match.hpp"
#include "server/dav/xml/element.hpp"

namespace kontor::dav {

// start and end, of which one may be missing; nothing: not in order.
std::optional<calendar::TimeRange> time_range_of(const xml::Element& element);
// Nothing: a collation or a match-type that nobody knows.
std::optional<calendar::TextMatch> text_match_of(const xml::Element& element,
                                                 calendar::Collation usual);
// CALDAV:param-filter or CARDDAV:param-filter, whose children are in that namespace.
std::optional<calendar::ParamFilter> param_filter_of(const xml::Element& element,
                                                     std::string_view space,
                                                     calendar::Collation usual);

}  // namespace kontor::dav
