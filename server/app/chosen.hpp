// SPDX-License-Identifier: GPL-3.0-or-later
// What the settings choose, in the words of the parts that it is for. Pure.
#pragma once
#include "base/config/settings.hpp"
#include "base/log/log.hpp"
#include "server/trace/sessions.hpp"

namespace kontor::app {

log::Format format_of(const config::Log& log);
LogLevel level_of(const config::Log& log);
trace::Sessions::Limits limits_of(const config::Server& server);

}  // namespace kontor::app
