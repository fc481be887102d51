// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the checks of who sent a message: SPF, DKIM, DMARC.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_message_checked{
    "checks.message.done", LogLevel::info,
    "A message from others was checked; detail has the results and their reasons.", ""};
inline constexpr EventKind k_message_unchecked{
    "checks.message.unknown", LogLevel::warning,
    "A message was checked in part only: the name servers gave no answer.",
    "When it lasts, see whether the servers of dns.servers answer."};

inline constexpr std::array k_checks_events{&k_message_checked, &k_message_unchecked};

}  // namespace kontor::log::events
