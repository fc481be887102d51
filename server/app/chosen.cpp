// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/chosen.hpp"

namespace kontor::app {

log::Format format_of(const config::Log& log) {
  return log.format == "json" ? log::Format::json : log::Format::logfmt;
}

LogLevel level_of(const config::Log& log) {
  if (log.level == "debug") return LogLevel::debug;
  if (log.level == "warning") return LogLevel::warning;
  return log.level == "error" ? LogLevel::error : LogLevel::info;
}

trace::Sessions::Limits limits_of(const config::Server& server) {
  return {server.max_connections, server.max_connections_per_address,
          server.max_connections_per_person};
}

}  // namespace kontor::app
