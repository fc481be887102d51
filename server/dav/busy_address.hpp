// SPDX-License-Identifier: GPL-3.0-or-later
// When somebody is busy, at the address that Outlook and others ask: GET /freebusy/NAME, NAME.ifb
// or NAME.vfb.
#pragma once
#include <memory>

#include "server/dav/context.hpp"

namespace kontor::dav {

// Who may ask says the policy `free_busy` of the owner: whoever signs in, unless the calendar that
// invitations come into takes "l" from him (a negative entry); whom it gives "l" or "r"; nobody.
// Who is given "l" or "r" there learns what is tentative and when somebody is out, others that the
// time is taken. The query may have start and end (UTC, "20261122T000000Z"). not_found: nobody of
// that name, or not for him.
Task<Result<http::wire::Response>> answer_busy(std::shared_ptr<Kept> kept, http::Call call);

// NAME in such a path: without "/freebusy/" and its ending; empty: there is none. Pure.
std::string busy_name(std::string_view path);

}  // namespace kontor::dav
