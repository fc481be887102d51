// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the log itself.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_log_line_dropped{
    "log.line.dropped", LogLevel::error,
    "A line could not be written to the log file; only this count shows it.",
    "Make room on the disk of the log file, or check its permissions."};

inline constexpr std::array k_log_events{&k_log_line_dropped};

}  // namespace kontor::log::events
