// SPDX-License-Identifier: GPL-3.0-or-later
// Calendars that are read without signing in: GET /published/TOKEN.ics (server/publish/links.hpp).
#pragma once
#include <memory>

#include "server/dav/context.hpp"

namespace kontor::dav {

// The whole calendar, or when it says that somebody is busy. 404 with the same words for every
// token that opens nothing: wrong, revoked, of a calendar that is gone, of an owner who is gone or
// disabled, or whom the policy `publishing` forbids it. Wrong ones count as wrong passwords do.
Task<Result<http::wire::Response>> answer_published(std::shared_ptr<Kept> kept, http::Call call);

}  // namespace kontor::dav
