// SPDX-License-Identifier: GPL-3.0-or-later
// One connection to the control socket: a request, its answer, the end; or, for a verb that
// streams, more frames both ways.
#pragma once
#include <memory>
#include <string>

#include "base/net/stream.hpp"
#include "server/admin/verbs.hpp"

namespace kontor::admin {

// `desk` outlives the task.
Task<void> serve(std::unique_ptr<net::Stream> stream, const Desk& desk);

// The content of the next frame. limit: longer than `max`. closed: the peer is gone. `stream`
// outlives the task.
Task<Result<std::string>> read_frame(net::Stream& stream, std::size_t max);

}  // namespace kontor::admin
