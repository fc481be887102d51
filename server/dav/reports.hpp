// SPDX-License-Identifier: GPL-3.0-or-later
// REPORT (RFC 3253, 3.6): each report is a function of the request's context and its body.
#pragma once
#include "server/dav/methods.hpp"

namespace kontor::dav {

Task<Answer> report_sync(Context& context, const xml::Element& body);        // report_sync.cpp
Task<Answer> report_multiget(Context& context, const xml::Element& body);    // report_multiget.cpp
Task<Answer> report_cards(Context& context, const xml::Element& body);       // report_cards.cpp
Task<Answer> report_calendar(Context& context, const xml::Element& body);    // report_calendar.cpp
Task<Answer> report_freebusy(Context& context, const xml::Element& body);    // report_freebusy.cpp
Task<Answer> report_expand(Context& context, const xml::Element& body);      // report_people.cpp
Task<Answer> report_search(Context& context, const xml::Element& body);      // report_people.cpp
Task<Answer> report_search_set(Context& context, const xml::Element& body);  // report_people.cpp

}  // namespace kontor::dav
