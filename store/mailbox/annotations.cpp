// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/annotations.hpp"

#include <algorithm>

namespace kontor::store {

std::uint64_t annotation_bytes(const AnnotationMap& annotations) {
  std::uint64_t bytes = 0;
  for (const auto& [entry, value] : annotations) bytes += entry.size() + value.size();
  return bytes;
}

std::vector<std::string> changed_entries(const AnnotationMap& before, const AnnotationMap& after) {
  std::vector<std::string> names;
  for (const auto& [entry, value] : before) {
    const auto found = after.find(entry);
    if (found == after.end() || found->second != value) names.push_back(entry);
  }
  for (const auto& [entry, value] : after)
    if (!before.contains(entry)) names.push_back(entry);
  std::ranges::sort(names);
  return names;
}

}  // namespace kontor::store
