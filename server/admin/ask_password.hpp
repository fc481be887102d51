// SPDX-License-Identifier: GPL-3.0-or-later
// Takes passwords from whoever runs kontorctl: never from the command line.
#pragma once
#include <string>

#include "server/admin/verbs.hpp"

namespace kontor::admin {

// A line typed on the terminal after the question, without showing it; where the input is no
// terminal its first line, and nothing is asked. Empty at its end. Blocking.
std::string hidden_line(const std::string& prompt);

// A new password: the first line of the option --password-file; else asked for twice on the
// terminal, without showing it; else the first line of the input. bad_input: empty, or the two
// differ. Blocking.
Result<std::string> new_password(const Request& request, const std::string& whose);

}  // namespace kontor::admin
