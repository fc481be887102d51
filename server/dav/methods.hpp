// SPDX-License-Identifier: GPL-3.0-or-later
// The methods of WebDAV, each a function of a request's context. What a condition of the request
// (If, locks) refuses does not come here (server/dav/routes.cpp).
#pragma once
#include "server/dav/answers.hpp"

namespace kontor::dav {

Task<Answer> do_propfind(Context& context);   // propfind.cpp
Task<Answer> do_proppatch(Context& context);  // proppatch.cpp
Task<Answer> do_mkcol(Context& context);      // make.cpp: MKCOL (RFC 4918, 5689), MKCALENDAR
Task<Answer> do_get(Context& context);        // object.cpp
Task<Answer> do_put(Context& context);        // put.cpp
Task<Answer> do_delete(Context& context);     // remove.cpp
Task<Answer> do_copy_move(Context& context);  // copy_move.cpp
Task<Answer> do_lock(Context& context);       // lock.cpp
Task<Answer> do_unlock(Context& context);     // lock.cpp
Task<Answer> do_report(Context& context);     // report.cpp

// Sets and removes properties of a resource as a DAV:propertyupdate, DAV:mkcol or
// CALDAV:mkcalendar says: all of them or none. `changes` are to be given to the store; the text is
// that of DAV:propstat elements when it is refused, and when it is not.
struct PropertyUpdate {
  std::vector<store::AnnotationChange> changes;
  std::string propstats;
  bool is_refused = false;
};
// With `is_new` the collection's kind and set of components may be among them.
PropertyUpdate plan_update(const Context& context,
                           const Resource& resource,
                           const xml::Element& update,
                           bool is_new);

// Puts the bytes in the place that the context names, as PUT does.
Task<Answer> put_bytes(Context& context, std::string bytes, store::ObjectCondition condition);

// The conditions of If-Match and If-None-Match (RFC 9110, 13.1). bad_input.
Result<store::ObjectCondition> condition_of(const http::wire::Request& request);
// Does it hold of a resource that is there?
bool is_met(const store::ObjectCondition& condition, const Resource& resource);
// Does the header If hold (RFC 4918, 10.4), and are the tokens of all locks there that hold for the
// paths that a request changes? A refusal: 412, 423, 400.
std::optional<http::wire::Response> check_locks(const Context& context);

}  // namespace kontor::dav
