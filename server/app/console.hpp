// SPDX-License-Identifier: GPL-3.0-or-later
// Where the files of the web console lie, seen from the running program.
#pragma once
#include <vector>

#include "server/http/routes.hpp"

namespace kontor::app {

// Reads them: beside the programs of a build, or where the package puts them.
std::vector<http::Route> console_routes();

}  // namespace kontor::app
