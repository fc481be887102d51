// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/render.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "base/core/text.hpp"

namespace kontor::admin {
namespace {

namespace json = boost::json;
using Cells = std::vector<std::string>;

std::string plain(std::string_view text, bool lines) {
  std::string out(text);
  std::ranges::replace_if(
      out,
      [lines](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && !(lines && c == '\n')) || byte == 0x7F;
      },
      '?');
  return out;
}

std::string text_of(const json::value& value, bool lines = false) {
  if (value.is_string()) return plain({value.as_string().data(), value.as_string().size()}, lines);
  if (value.is_bool()) return value.as_bool() ? "yes" : "no";
  if (value.is_null()) return "";
  return plain(json::serialize(value), lines);
}

// Code points, for columns that line up in Cyrillic too.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string title_of(std::string_view key) {
  auto title = to_upper(key);
  std::ranges::replace(title, '_', ' ');
  return title;
}

std::string render_lines(const std::vector<Cells>& lines, const std::string& indent) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], width_of(cells[i]));
  std::string out;
  for (const auto& cells : lines) {
    std::string line = indent;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += cells[i] + std::string(widths[i] - width_of(cells[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string render_table(const json::array& rows, const std::string& indent) {
  if (rows.empty()) return indent + "(none)\n";
  std::vector<Cells> lines;
  if (rows.front().is_object()) {
    Cells titles;
    for (const auto& field : rows.front().as_object())
      titles.push_back(title_of({field.key().data(), field.key().size()}));
    lines.push_back(titles);
  }
  for (const auto& row : rows) {
    Cells cells;
    if (row.is_object()) {
      for (const auto& field : row.as_object()) cells.push_back(text_of(field.value()));
    } else {
      cells.push_back(text_of(row));
    }
    cells.resize(lines.empty() ? 1 : lines.front().size());
    lines.push_back(std::move(cells));
  }
  return render_lines(lines, indent);
}

std::string render_object(const json::object& object) {
  std::string out;
  for (const auto& field : object) {
    auto key = std::string(field.key().data(), field.key().size());
    std::ranges::replace(key, '_', ' ');
    const auto& value = field.value();
    if (value.is_array()) {
      out += key + ":\n" + render_table(value.as_array(), "  ");
    } else {
      const auto text = text_of(value, true);
      out += text.find('\n') == std::string::npos ? key + ": " + text + '\n' : text;
    }
  }
  return out.empty() ? "done\n" : out;
}

}  // namespace

std::string render(const json::value& value) {
  if (value.is_array()) return render_table(value.as_array(), "");
  if (value.is_object()) return render_object(value.as_object());
  return text_of(value) + '\n';
}

std::string plain_lines(std::string_view text) { return plain(text, true); }

}  // namespace kontor::admin
