// SPDX-License-Identifier: GPL-3.0-or-later
// The page for moderators below /moderation, for people who signed in: what waits for them, one
// message, and a form. A decision is a POST with a word that only this server could have put into
// the form of that person (a page of another site cannot know it).
#pragma once
#include "server/http/routes.hpp"
#include "server/moderation/moderation.hpp"

namespace kontor::moderation {

// `moderation` and `settings` outlive the routes.
std::vector<http::Route> routes(Moderation& moderation,
                                const config::Settings& settings,
                                const directory::Directory& directory);

}  // namespace kontor::moderation
