// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log/line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

#include "base/core/text.hpp"

namespace kontor::log {
namespace {

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto milliseconds =
      std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), milliseconds % 1'000);
}

std::string cut_to_valid(std::string_view value) {
  if (value.size() <= k_max_value)
    return is_utf8(value) ? std::string(value) : to_valid_utf8(value);
  return to_valid_utf8(value.substr(0, k_max_value)).append("...");
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// The escapes of JSON (RFC 8259, section 7), which logfmt readers know too.
void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else if (c == '\n')
      out.append("\\n");
    else if (c == '\r')
      out.append("\\r");
    else if (c == '\t')
      out.append("\\t");
    else if (is_control(c))
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    else
      out.push_back(c);
  }
}

bool needs_quotes(std::string_view value) {
  for (const char c : value)
    if (c == ' ' || c == '"' || c == '=' || c == '\\' || is_control(c)) return true;
  return value.empty();
}

void append_quoted(std::string& out, std::string_view value) {
  out.push_back('"');
  append_escaped(out, value);
  out.push_back('"');
}

class Writer {
 public:
  explicit Writer(Format format) : format_(format) {
    line_.reserve(256);
    if (format_ == Format::json) line_.push_back('{');
  }

  void text(std::string_view key, std::string_view value) {
    begin(key);
    if (format_ == Format::json || needs_quotes(value))
      append_quoted(line_, value);
    else
      line_.append(value);
  }

  void field(const Field& field) {
    if (const auto* number = std::get_if<std::int64_t>(&field.value())) {
      begin(field.key().name());
      fmt::format_to(std::back_inserter(line_), "{}", *number);
    } else {
      text(field.key().name(), cut_to_valid(std::get<std::string>(field.value())));
    }
  }

  std::string finish() && {
    if (format_ == Format::json) line_.push_back('}');
    line_.push_back('\n');
    return std::move(line_);
  }

 private:
  void begin(std::string_view key) {
    if (!first_) line_.push_back(format_ == Format::json ? ',' : ' ');
    first_ = false;
    if (format_ == Format::json) {
      append_quoted(line_, key);
      line_.push_back(':');
    } else {
      line_.append(key).push_back('=');
    }
  }

  Format format_;
  std::string line_;
  bool first_ = true;
};

}  // namespace

std::string_view level_name(LogLevel level) noexcept {
  static constexpr std::array<std::string_view, 4> k_names{"debug", "info", "warning", "error"};
  return k_names[static_cast<std::size_t>(level)];
}

std::string format_line(Format format,
                        std::chrono::system_clock::time_point time,
                        const EventKind& kind,
                        const Fields& inherited,
                        const Fields& own) {
  Writer writer(format);
  writer.text("time", timestamp(time));
  writer.text("level", level_name(kind.level));
  writer.text("event", kind.name);
  for (const Field& field : inherited) writer.field(field);
  for (const Field& field : own) writer.field(field);
  return std::move(writer).finish();
}

}  // namespace kontor::log
