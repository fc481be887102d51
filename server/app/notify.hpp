// SPDX-License-Identifier: GPL-3.0-or-later
// Tells the service manager that started this process how it is: "READY=1", "STOPPING=1" and so on
// (sd_notify(3)).
#pragma once
#include <string_view>

namespace kontor::app {

// To the socket that $NOTIFY_SOCKET names; nothing without it. Never fails, never blocks for long:
// the work of a server does not depend on who watches it. Any thread.
void tell_manager(std::string_view state) noexcept;

// What SIGHUP begins with: "RELOADING=1" with the time, as systemd asks for.
void tell_manager_of_reload() noexcept;

}  // namespace kontor::app
