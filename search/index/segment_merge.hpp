// SPDX-License-Identifier: GPL-3.0-or-later
// Puts segments together into one, without the items that were removed. Blocking; one thread.
#pragma once
#include <functional>

#include "search/index/index_folder.hpp"
#include "search/index/merge_plan.hpp"

namespace kontor::search {

// Does what `plan` says and puts it in force. cancelled: `stop` said so, nothing has changed.
// corrupt: a source is damaged; the index is of no use.
Result<void> merge_segments(IndexFolder& folder,
                            const MergePlan& plan,
                            const std::function<bool()>& stop);

}  // namespace kontor::search
