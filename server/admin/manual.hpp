// SPDX-License-Identifier: GPL-3.0-or-later
// docs/generated/kontorctl.8 from the table of verbs.
#pragma once
#include <string>

namespace kontor::admin {

std::string kontorctl_manual();

}  // namespace kontor::admin
