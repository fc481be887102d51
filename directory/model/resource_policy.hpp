// SPDX-License-Identifier: GPL-3.0-or-later
// How many people a room holds, as Exchange's schema says it (msExchResourceCapacity), in the words
// of policies. Pure.
#pragma once
#include <string>
#include <vector>

#include "directory/model/filter.hpp"
#include "directory/model/model.hpp"

namespace kontor::directory {

inline constexpr std::string_view k_resource_capacity = "msExchResourceCapacity";

// Adds "capacity=20" to the policies of a room whose entry says so; what they say themselves
// stands. Before those of its units are added. `entry`: names in lower case.
void add_resource_policy(const Attributes& entry, Kind kind, std::vector<std::string>& policies);

}  // namespace kontor::directory
