// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the server of a data folder over its control socket. Blocking, at most two minutes.
#pragma once
#include <string>

#include "server/admin/frame.hpp"

namespace kontor::admin {

// unavailable: no server answers there. no_permission: its socket may not be opened. Else what the
// server answered.
Answer ask_server(const std::string& data_folder, const NamedRequest& request);

}  // namespace kontor::admin
