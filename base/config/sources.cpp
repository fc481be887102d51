// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/sources.hpp"

#include <algorithm>

namespace kontor::config {

std::vector<std::string> sources_of(const Directory& directory) {
  std::vector<std::string> names{directory.source};
  for (const auto& name : directory.also)
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  return names;
}

bool has_source(const Directory& directory, std::string_view name) {
  const auto names = sources_of(directory);
  return std::ranges::find(names, name) != names.end();
}

}  // namespace kontor::config
