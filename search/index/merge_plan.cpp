// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/merge_plan.hpp"

#include <algorithm>

namespace kontor::search {
namespace {

constexpr std::uint64_t k_ratio = 4;
constexpr std::uint64_t k_removed_share = 20;
constexpr std::size_t k_at_once = 8;

}  // namespace

std::uint64_t removed_of(const Catalog& catalog, const Segment& segment) {
  const auto begin = std::ranges::lower_bound(catalog.removed, segment.first);
  const auto end = std::ranges::upper_bound(catalog.removed, segment.last);
  return static_cast<std::uint64_t>(end - begin);
}

std::optional<MergePlan> plan_when_idle(const Catalog& catalog) {
  const auto& segments = catalog.segments;
  std::uint64_t behind = 0;
  for (const auto& segment : segments) behind += segment.bytes;
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    behind -= segments[i].bytes;
    if (segments[i].bytes <= k_ratio * behind) return MergePlan{i, segments.size()};
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto removed = removed_of(catalog, segments[i]);
    if (removed > 0 && removed * k_removed_share >= segments[i].documents)
      return MergePlan{i, i + 1};
  }
  return std::nullopt;
}

std::optional<MergePlan> plan_when_many(const Catalog& catalog) {
  const auto& segments = catalog.segments;
  if (segments.size() <= k_most_segments) return std::nullopt;
  MergePlan best{0, k_at_once};
  std::uint64_t least = UINT64_MAX;
  for (std::size_t begin = 0; begin + k_at_once <= segments.size(); ++begin) {
    std::uint64_t bytes = 0;
    for (std::size_t i = begin; i < begin + k_at_once; ++i) bytes += segments[i].bytes;
    if (bytes >= least) continue;
    least = bytes;
    best = {begin, begin + k_at_once};
  }
  return best;
}

}  // namespace kontor::search
