// SPDX-License-Identifier: GPL-3.0-or-later
// Sockets that systemd opened and passed (sd_listen_fds(3), kontor.socket): they take connections
// while the server is restarted, and the server needs no right to open ports.
#pragma once
#include <vector>

#include "base/core/result.hpp"
#include "base/net/acceptor.hpp"

namespace kontor::app {

// Those of LISTEN_FDS when LISTEN_PID is this process; the variables are taken out of the
// environment, no child sees them. bad_input: one that does not listen for TCP. Single-threaded.
Result<std::vector<net::ListeningSocket>> take_passed_sockets();

}  // namespace kontor::app
