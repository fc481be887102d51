// SPDX-License-Identifier: GPL-3.0-or-later
// MTA-STS (RFC 8461) in this server: how policies of others are fetched, and the route that our own
// is served at.
#pragma once
#include "base/config/settings.hpp"
#include "base/net/resolver.hpp"
#include "directory/model/model.hpp"
#include "server/http/routes.hpp"
#include "server/smtp/client/sts.hpp"

namespace kontor::app {

// Reads outbound.mta_sts_ca_file. The resolver outlives what it gives.
Result<smtp::client::FetchPolicy> make_policy_fetch(const config::Outbound& settings,
                                                    net::Resolver& resolver);

// The text at https://mta-sts.DOMAIN/.well-known/mta-sts.txt for domains of this server. Both
// outlive the route.
http::Route own_policy_route(const config::Settings& settings,
                             const directory::Directory& directory);

}  // namespace kontor::app
