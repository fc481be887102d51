// SPDX-License-Identifier: GPL-3.0-or-later
// A module for PowerShell over the interface, out of the table of operations: a function for each,
// named after Exchange's where it has one. Pure; the same at each call.
#pragma once
#include <string>

namespace kontor::admin::api {

// The text of Kontor.psm1 (packaging/powershell).
std::string powershell_module();

}  // namespace kontor::admin::api
