// SPDX-License-Identifier: GPL-3.0-or-later
// One event as one line: logfmt (key=value, quoted where needed) or a JSON object. Pure.
//
// Whatever a peer put into a field, the line stays one line of valid UTF-8 and a field cannot
// pretend to be another: blanks, quotes, equals signs and control characters are quoted and
// escaped, invalid UTF-8 becomes U+FFFD. A field longer than k_max_value bytes is cut.
#pragma once
#include <chrono>
#include <string>

#include "base/log/log.hpp"

namespace kontor::log {

inline constexpr std::size_t k_max_value = 2'048;

// The line with its line feed: time (UTC, milliseconds), level, event, then the inherited and own
// fields.
std::string format_line(Format format,
                        std::chrono::system_clock::time_point time,
                        const EventKind& kind,
                        const Fields& inherited,
                        const Fields& own);

// "debug", "info", "warning", "error".
std::string_view level_name(LogLevel level) noexcept;

}  // namespace kontor::log
