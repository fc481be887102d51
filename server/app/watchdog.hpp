// SPDX-License-Identifier: GPL-3.0-or-later
// systemd's watchdog (sd_watchdog_enabled(3)): as long as connections have their turn, the manager
// is told so twice in its interval; when that ends it restarts the server. A disk that stands still
// is no reason: other work goes on then.
#pragma once
#include <chrono>

#include "base/core/task.hpp"
#include "base/net/signal.hpp"

namespace kontor::app {

// WATCHDOG_USEC, when WATCHDOG_PID is this process or is not there; 0: there is no watchdog.
std::chrono::microseconds watchdog_interval() noexcept;
// Until `stop` is raised. Returns at once when there is no watchdog.
Task<void> feed_watchdog(net::Signal& stop);

}  // namespace kontor::app
