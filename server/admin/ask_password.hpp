// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a new password from whoever runs kontorctl: never from the command line.
#pragma once
#include <string>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

// The first line of the option --password-file; else asked for twice on the terminal, without
// showing it; else the first line of the input. bad_input: empty, or the two differ. Blocking.
Result<std::string> new_password(const Request& request, const std::string& whose);

}  // namespace kontor::admin
