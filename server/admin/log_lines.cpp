// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/log_lines.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> k_levels{"debug", "info", "warning", "error"};

// "time=… level=… event=…" at the front of the line: each value is one word.
std::optional<std::string> take_word(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != '=')
    return std::nullopt;
  line.remove_prefix(name.size() + 1);
  const auto end = std::min(line.find(' '), line.size());
  std::string value(line.substr(0, end));
  line.remove_prefix(std::min(end + 1, line.size()));
  return value;
}

std::optional<LogLine> read_json(std::string_view line) {
  boost::system::error_code error;
  auto value = json::parse(line, error);
  auto* object = value.if_object();
  if (error || object == nullptr) return std::nullopt;
  LogLine out;
  for (const auto& [name, member] :
       {std::pair{"time", &out.time}, {"level", &out.level}, {"event", &out.event}}) {
    const auto* found = object->if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    *member = std::string(found->as_string());
    object->erase(name);
  }
  out.rest = json::serialize(*object);
  return out;
}

}  // namespace

int level_of(std::string_view name) noexcept {
  const auto found = std::ranges::find(k_levels, name);
  return found == k_levels.end() ? -1 : static_cast<int>(found - k_levels.begin());
}

std::optional<LogLine> read_log_line(std::string_view line) {
  line = trim(line);
  if (line.starts_with('{')) return read_json(line);
  auto time = take_word(line, "time");
  auto level = take_word(line, "level");
  auto event = take_word(line, "event");
  if (!time || !level || !event || level_of(*level) < 0) return std::nullopt;
  return LogLine{*std::move(time), *std::move(level), *std::move(event), std::string(line)};
}

}  // namespace kontor::admin
