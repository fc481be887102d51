// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to rules of policy.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_policy_problem{
    "policy.rule.problem", LogLevel::warning,
    "A rule of policy holds for nobody, or cannot be read; the detail names it and says why.",
    "Correct it where it is written: policy.rules, kontorctl policy set, or the attribute in the "
    "directory."};

inline constexpr EventKind k_policy_sessions_ended{
    "policy.sessions.ended", LogLevel::info,
    "The connections of a person were ended because policy does not allow one of them any more; "
    "those that are still allowed may come back.",
    ""};

inline constexpr std::array k_policy_events{&k_policy_problem, &k_policy_sessions_ended};

}  // namespace kontor::log::events
