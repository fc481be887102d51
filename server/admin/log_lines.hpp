// SPDX-License-Identifier: GPL-3.0-or-later
// Lines of the server's log (base/log/line.hpp), read again. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace kontor::admin {

struct LogLine {
  std::string time, level, event;
  std::string rest;  // the fields, as the line has them
};
// Of either format; nothing: it is no such line.
std::optional<LogLine> read_log_line(std::string_view line);
// 0 debug to 3 error; -1: no level.
int level_of(std::string_view name) noexcept;

}  // namespace kontor::admin
