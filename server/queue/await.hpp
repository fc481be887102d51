// SPDX-License-Identifier: GPL-3.0-or-later
// A task that sleeps until something else is done: a commit, a report that must not be cancelled.
#pragma once
#include <functional>

#include "base/core/result.hpp"
#include "base/core/task.hpp"

namespace kontor::queue {

using Done = std::move_only_function<void(const Result<void>&)>;

// `start` gets a function that is to be called once, on any thread; its value is given when the
// task goes on, on its own executor. Cancellation does not end the sleep.
Task<Result<void>> until_done(std::move_only_function<void(Done)> start);

}  // namespace kontor::queue
