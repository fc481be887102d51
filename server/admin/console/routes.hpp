// SPDX-License-Identifier: GPL-3.0-or-later
// The web console below /admin/. Its files hold nothing that is secret, so anybody may load them;
// what they show comes from the administration interface, which asks who somebody is.
#pragma once
#include "server/admin/console/assets.hpp"
#include "server/http/routes.hpp"

namespace kontor::admin::console {

// Without assets: a page that says how the console is built.
std::vector<http::Route> routes(Result<Assets> assets);

}  // namespace kontor::admin::console
