// SPDX-License-Identifier: GPL-3.0-or-later
// How a scanner is reached: a connection to another program on this machine or beside it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/config/screening_rules.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/stream.hpp"

namespace kontor::filter::scan {

// Failure: unavailable, timed_out, cancelled.
using Dial = std::function<Task<Result<std::unique_ptr<net::Stream>>>(
    const config::ServiceAddress& where, net::Limit limit)>;
Dial real_dial();

// What is left until the deadline; at least a millisecond, so that a wait ends as timed_out.
net::Limit time_left(SteadyTime deadline);

}  // namespace kontor::filter::scan
