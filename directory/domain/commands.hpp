// SPDX-License-Identifier: GPL-3.0-or-later
// Joining as commands that an administrator runs himself: on a Windows controller (PowerShell), on
// a Samba controller (samba-tool), or on this machine (adcli). Pure.
#pragma once
#include <string>

#include "directory/model/domain_tools.hpp"

namespace kontor::directory {

// As plan_join. unsupported: that form has no way for this kind of account.
Result<std::string> print_commands(const config::Settings& settings,
                                   const JoinWish& wish,
                                   CommandForm form);

}  // namespace kontor::directory
