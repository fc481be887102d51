// SPDX-License-Identifier: GPL-3.0-or-later
// kontorctl and a server elsewhere: its verbs over the administration interface, signed in with a
// Kerberos ticket or a password (libcurl). Blocking; one thread.
#pragma once
#include <string>

#include "server/admin/client.hpp"

namespace kontor::admin {

// As ask_server() of server/admin/client.hpp, which is told of it. unavailable: the server does not
// answer. auth_failed, no_permission: as it says.
Answer ask_remote(const std::string& address,
                  const RemoteAccess& access,
                  const NamedRequest& request);

}  // namespace kontor::admin
