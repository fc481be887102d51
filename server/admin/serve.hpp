// SPDX-License-Identifier: GPL-3.0-or-later
// One connection to the control socket: a request, its answer, the end.
#pragma once
#include <memory>

#include "base/net/stream.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

// `desk` outlives the task.
Task<void> serve(std::unique_ptr<net::Stream> stream, const Desk& desk);

}  // namespace kontor::admin
