// SPDX-License-Identifier: GPL-3.0-or-later
// Which sources of people and groups a server has, in the order of their rank. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"

namespace kontor::config {

// directory.source, then those of directory.also, each once.
std::vector<std::string> sources_of(const Directory& directory);
bool has_source(const Directory& directory, std::string_view name);

}  // namespace kontor::config
