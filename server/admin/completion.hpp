// SPDX-License-Identifier: GPL-3.0-or-later
// What bash needs to complete command lines of kontorctl and winpop, made from their tables of
// verbs: docs/generated/kontorctl.bash and winpop.bash. Pure.
#pragma once
#include <string>

namespace kontor::admin {

// Verbs, options with the words they take, files and folders where a verb takes one.
std::string kontorctl_completion();
// Verbs and switches.
std::string winpop_completion();

}  // namespace kontor::admin
