// SPDX-License-Identifier: GPL-3.0-or-later
// Moments of rules: "2026-11-02", "2026-11-02 10:30", "2026-11-02T10:30:00Z", all UTC. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/core/time.hpp"

namespace kontor::rules {

Result<UtcSeconds> parse_utc(std::string_view text);  // bad_input
std::string show_utc(UtcSeconds time);                // "2026-11-02T10:30:00Z"

}  // namespace kontor::rules
