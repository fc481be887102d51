// SPDX-License-Identifier: GPL-3.0-or-later
// Puts segments together into one, without the items that were removed. Blocking; one thread.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>

#include "search/index/index_folder.hpp"
#include "search/index/merge_plan.hpp"

namespace kontor::search {

struct Merged {
  Catalog catalog;                  // to be put in force
  std::optional<std::size_t> made;  // the one of its segments that is sealed and to be taken
};

// Does what `plan` says of `catalog`, by what of `folder` is free alone: those who search go on.
// cancelled: `stop` said so. corrupt: a source is damaged; the index is of no use.
Result<Merged> merge_segments(const IndexFolder& folder,
                              Catalog catalog,
                              const MergePlan& plan,
                              const std::function<bool()>& stop);

}  // namespace kontor::search
