// SPDX-License-Identifier: GPL-3.0-or-later
// Which segments are put together, and when it pays. Pure.
#pragma once
#include <optional>
#include <vector>

#include "search/index/catalog.hpp"

namespace kontor::search {

// More segments than these do not stay: each costs a file descriptor and a look-up.
inline constexpr std::size_t k_most_segments = 12;

// The segments from `begin` on and before `end`, which become one.
struct MergePlan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What pays when there is time: the oldest one that is at most four times as large as all behind
// it, with those; or one of which a twentieth was removed. An item is written anew some log(items)
// times that way.
std::optional<MergePlan> plan_when_idle(const Catalog& catalog);
// Nothing, or what has to be done so that there are not too many: the cheapest neighbours.
std::optional<MergePlan> plan_when_many(const Catalog& catalog);
// How many of the removed items lie in a segment.
std::uint64_t removed_of(const Catalog& catalog, const Segment& segment);

}  // namespace kontor::search
