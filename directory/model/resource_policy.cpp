// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/resource_policy.hpp"

#include <algorithm>
#include <cstdint>

#include "base/core/text.hpp"

namespace kontor::directory {

void add_resource_policy(const Attributes& entry, Kind kind, std::vector<std::string>& policies) {
  const auto found = entry.find(to_lower(std::string(k_resource_capacity)));
  if (kind != Kind::room || found == entry.end() || found->second.empty()) return;
  const auto people = parse_number<std::uint32_t>(found->second.front());
  const bool is_said = std::ranges::any_of(
      policies, [](const std::string& one) { return to_lower(one).contains("capacity="); });
  if (people && *people > 0 && !is_said) policies.push_back("capacity=" + std::to_string(*people));
}

}  // namespace kontor::directory
