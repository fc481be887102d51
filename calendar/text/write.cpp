// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "calendar/text/component.hpp"

namespace kontor::calendar {
namespace {

constexpr std::size_t k_fold = 75;  // octets of a line, its break not counted (RFC 5545, 3.1)

void append_folded(std::string& out, std::string_view line) {
  std::size_t room = k_fold;
  while (line.size() > room) {
    std::size_t end = room;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    if (end == 0) end = room;
    out.append(line.substr(0, end)).append("\r\n ");
    line.remove_prefix(end);
    room = k_fold - 1;
  }
  out.append(line).append("\r\n");
}

void append_value(std::string& out, std::string_view value) {
  // A backslash in front of the next ';' would be read as one with it, as programs write it.
  const bool quoted = value.find_first_of(",;:\\") != std::string_view::npos;
  if (quoted) out.push_back('"');
  for (const char c : value) {
    if (c == '\n')
      out.append("^n");
    else if (c == '^')
      out.append("^^");
    else if (c == '"')
      out.append("^'");
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
      out.push_back(c);
  }
  if (quoted) out.push_back('"');
}

}  // namespace

void append_property(std::string& out, const Property& property) {
  std::string line;
  line.reserve(property.name.size() + property.value.size() + 32);
  if (!property.group.empty()) line.append(property.group).push_back('.');
  line.append(property.name);
  for (const auto& parameter : property.parameters) {
    line.append(";").append(parameter.name).push_back('=');
    for (std::size_t i = 0; i < parameter.values.size(); ++i) {
      if (i > 0) line.push_back(',');
      append_value(line, parameter.values[i]);
    }
  }
  line.push_back(':');
  for (const char c : property.value)
    if (c != '\r' && c != '\n') line.push_back(c);
  append_folded(out, line);
}

void append_component(std::string& out, const Component& component) {
  out.append("BEGIN:").append(component.name).append("\r\n");
  for (const auto& property : component.properties) append_property(out, property);
  for (const auto& inner : component.components) append_component(out, inner);
  out.append("END:").append(component.name).append("\r\n");
}

std::string write_component(const Component& component) {
  std::string out;
  append_component(out, component);
  return out;
}

}  // namespace kontor::calendar
