// SPDX-License-Identifier: GPL-3.0-or-later
// WebDAV, CalDAV and CardDAV below /dav, and where programs look for them (RFC 6764).
#pragma once
#include <vector>

#include "server/dav/context.hpp"

namespace kontor::dav {

std::vector<http::Route> routes(const Environment& environment);

}  // namespace kontor::dav
