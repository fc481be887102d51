// SPDX-License-Identifier: GPL-3.0-or-later
// The administration interface below /api/admin/v1: JSON over HTTPS for the browser console, the
// snap-in, scripts and kontorctl elsewhere. Every operation is a row of
// server/admin/operations.hpp; beside them stand the session, the description (openapi.json) and
// the jobs.
//
// Who signed in may do what his roles allow, and nothing else; not with an app password. A request
// that is not GET must carry the field X-Kontor-Client, which no page of another site can send
// without being asked for leave (Fetch, CORS preflight), and must not come from such a page.
#pragma once
#include <memory>
#include <vector>

#include "server/admin/api/jobs.hpp"
#include "server/admin/roles.hpp"
#include "server/http/cookies.hpp"
#include "server/http/routes.hpp"

namespace kontor::admin::api {

inline constexpr std::string_view k_root = "/api/admin/v1";

// Everything outlives the routes.
struct Parts {
  const Desk& desk;
  const Roles& roles;
  http::Cookies& cookies;
  Jobs* jobs = nullptr;  // nullptr: none (tests)
};
std::vector<http::Route> routes(const Parts& parts);

}  // namespace kontor::admin::api
