// SPDX-License-Identifier: GPL-3.0-or-later
// REPORT (RFC 3253, 3.6): each report is a function of the request's context and its body, shared
// with what works on it (server/dav/walk.hpp).
#pragma once
#include "server/dav/methods.hpp"
#include "server/dav/walk.hpp"

namespace kontor::dav {

using BodyPtr = std::shared_ptr<const xml::Element>;

Task<Answer> report_sync(ContextPtr context, BodyPtr body);        // report_sync.cpp
Task<Answer> report_multiget(ContextPtr context, BodyPtr body);    // report_multiget.cpp
Task<Answer> report_cards(ContextPtr context, BodyPtr body);       // report_cards.cpp
Task<Answer> report_calendar(ContextPtr context, BodyPtr body);    // report_calendar.cpp
Task<Answer> report_freebusy(ContextPtr context, BodyPtr body);    // report_freebusy.cpp
Task<Answer> report_expand(ContextPtr context, BodyPtr body);      // report_people.cpp
Task<Answer> report_search(ContextPtr context, BodyPtr body);      // report_people.cpp
Task<Answer> report_search_set(ContextPtr context, BodyPtr body);  // report_people.cpp
Task<Answer> report_acl_principals(ContextPtr context,
                                   BodyPtr body);             // report_principals.cpp
Task<Answer> report_match(ContextPtr context, BodyPtr body);  // report_principals.cpp

}  // namespace kontor::dav
