// SPDX-License-Identifier: GPL-3.0-or-later
// run_all: several tasks under way at once, and the wait for all of them.
//
// They run on the executor that awaits it, so on a strand no two of them run at the same moment;
// what each waits for goes on side by side. Returns when every task has ended; then the first
// exception, in the order given, is thrown again. Cancelling it cancels all of them.
#pragma once
#include <vector>

#include "base/core/task.hpp"

namespace kontor {

Task<void> run_all(std::vector<Task<void>> tasks);

}  // namespace kontor
