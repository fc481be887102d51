// SPDX-License-Identifier: GPL-3.0-or-later
// The paths under which mail programs ask how to set themselves up.
#pragma once
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "directory/model/sign_in.hpp"
#include "server/http/routes.hpp"

namespace kontor::autodiscover {

// All of them outlive the routes.
struct Environment {
  const config::Settings& settings;
  const directory::Directory& directory;
  const directory::SignInService& sign_in;
  const Clock& clock;
};

std::vector<http::Route> routes(const Environment& environment);

}  // namespace kontor::autodiscover
