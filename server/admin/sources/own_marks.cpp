// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/admin/sources/own_marks.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/core/text.hpp"
#include "server/admin/sources/marks.hpp"
#include "store/mailbox/keyword_table.hpp"

namespace kontor::admin::sources {
namespace {

namespace json = boost::json;

constexpr std::size_t k_max_keywords = 200;
constexpr std::int64_t k_last_second = 253'402'300'799;  // of the year 9999

std::optional<json::object> parse_line(std::string_view line) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 4;
  auto value = json::parse({line.data(), line.size()}, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value).as_object();
}

std::string text_of(const json::object& row, std::string_view field) {
  const auto* value = row.if_contains(field);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

OwnMarks marks_of(const json::object& row) {
  OwnMarks out;
  for (const char c : text_of(row, "flags")) out.marks.flags |= flag_of(c);
  const auto* keywords = row.if_contains("keywords");
  if (keywords != nullptr && keywords->is_array())
    for (const auto& one : keywords->as_array()) {
      const auto* text = one.if_string();
      if (text == nullptr || out.marks.keywords.size() == k_max_keywords) continue;
      if (store::is_keyword({text->data(), text->size()}))
        out.marks.keywords.emplace_back(text->data(), text->size());
    }
  json::error_code error;
  if (const auto* date = row.if_contains("date")) {
    const auto seconds = date->to_number<std::int64_t>(error);
    if (!error && seconds >= 0 && seconds <= k_last_second)
      out.date = UtcSeconds(std::chrono::seconds(seconds));
  }
  if (const auto* size = row.if_contains("size")) {
    const auto bytes = size->to_number<std::uint64_t>(error);
    if (!error) out.size = bytes;
  }
  const auto* as_is = row.if_contains("as_is");
  out.as_is = as_is != nullptr && as_is->is_bool() && as_is->as_bool();
  return out;
}

}  // namespace

std::string print_own_marks(const OwnMarks& marks, std::string_view file) {
  json::object row;
  if (!file.empty()) row["file"] = file;
  row["flags"] = letters_of(marks.marks.flags);
  json::array keywords;
  for (const auto& keyword : marks.marks.keywords) keywords.emplace_back(keyword);
  if (!keywords.empty()) row["keywords"] = std::move(keywords);
  if (marks.date) row["date"] = marks.date->time_since_epoch().count();
  if (marks.size != 0) row["size"] = marks.size;
  if (marks.as_is) row["as_is"] = true;
  return json::serialize(row);
}

std::optional<OwnMarks> parse_own_marks(std::string_view json) {
  const auto row = parse_line(json);
  if (!row) return std::nullopt;
  return marks_of(*row);
}

std::map<std::string, OwnMarks> parse_marks_file(std::string_view text) {
  std::map<std::string, OwnMarks> out;
  for (const auto line : split(text, '\n')) {
    const auto row = parse_line(line);
    if (row && row->contains("file")) out[text_of(*row, "file")] = marks_of(*row);
  }
  return out;
}

std::map<std::string, std::string> parse_folders_file(std::string_view text) {
  std::map<std::string, std::string> out;
  for (const auto line : split(text, '\n'))
    if (const auto row = parse_line(line)) out[text_of(*row, "path")] = text_of(*row, "folder");
  return out;
}

std::string print_folders_line(std::string_view path, std::string_view folder) {
  return json::serialize(json::object{{"path", path}, {"folder", folder}}) + '\n';
}

std::size_t end_of_header(std::string_view message) {
  for (std::size_t at = 0; at < message.size();) {
    const auto two = message.substr(at, 2);  // a CR alone at the end gets its LF in a file
    if (message[at] == '\n' || two == "\r\n" || two == "\r") return at;
    const auto end = message.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return message.size();
}

std::optional<Unmarked> take_export_field(std::string_view content) {
  const auto end = end_of_header(content);
  const auto header = content.substr(0, end);
  const auto field = std::string(k_export_field) + ": ";
  auto begin = header.rfind(field);
  if (begin == std::string_view::npos || (begin > 0 && header[begin - 1] != '\n'))
    return std::nullopt;
  const auto line = header.substr(begin + field.size());
  auto marks = parse_own_marks(trim(line.substr(0, line.find('\n'))));
  if (!marks) return std::nullopt;
  Unmarked out;
  out.marks = *std::move(marks);
  out.content = header.substr(0, begin);
  out.content += content.substr(end);
  return out;
}

}  // namespace kontor::admin::sources
