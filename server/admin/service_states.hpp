// SPDX-License-Identifier: GPL-3.0-or-later
// The states of services over a restart, in DATA/services (docs/formats/services.md).
#pragma once
#include <string>

#include "server/trace/services.hpp"

namespace kontor::admin {

// As `kontorctl services` left them; all run when there is no file. Blocks. bad_input, unsupported:
// the file cannot be read.
Result<void> load_services(trace::Services& services, const std::string& data_folder);

}  // namespace kontor::admin
