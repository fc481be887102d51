// SPDX-License-Identifier: GPL-3.0-or-later
// The process kontor-directory: it alone reads the keytab and speaks LDAP and Kerberos; kontord is
// at the other end of a socket pair (docs/formats/agent-protocol.md).
//
// It lives as long as its kontord: it ends when the socket does and ignores the signals of a
// terminal or a service manager. It gains no rights by running programs (no_new_privs) and leaves
// no core behind. Nothing it does is waited for by kontord's network threads.
#pragma once
#include "base/core/result.hpp"

namespace kontor::directory {

// Serves until the other end closes the socket. The exit status of the process: 0 when kontord has
// gone, 1 when it could not start.
int run_agent(int socket);

}  // namespace kontor::directory
