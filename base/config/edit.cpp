// SPDX-License-Identifier: GPL-3.0-or-later
// Works on lines, which is enough for what people write; whether it was enough is found out by
// reading the result: exactly the values asked for may differ.
#include "base/config/edit.hpp"

#include <set>

#include "base/config/load.hpp"
#include "base/core/text.hpp"

namespace kontor::config {
namespace {

// "[ad]  # …" is the section ad.
std::string_view section_of(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('[') || line.starts_with("[[")) return {};
  const auto end = line.find(']');
  return end == std::string_view::npos ? std::string_view() : trim(line.substr(1, end - 1));
}

std::string_view key_of(std::string_view line) {
  line = trim(line);
  const auto equals = line.find('=');
  if (line.starts_with('#') || equals == std::string_view::npos) return {};
  return trim(line.substr(0, equals));
}

// How long the value at the start of `text` is; 0: not one of a line.
std::size_t value_length(std::string_view text) {
  if (text.starts_with("\"\"\"") || text.starts_with("'''") || text.starts_with('{')) return 0;
  if (text.starts_with('[')) return 0;
  if (text.starts_with('"') || text.starts_with('\'')) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\' && text[0] == '"')
        ++i;
      else if (text[i] == text[0])
        return i + 1;
    }
    return 0;
  }
  return trim(text.substr(0, text.find('#'))).size();
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Result<void> replace_value(std::string& line, const Change& change) {
  const auto at = line.find_first_not_of(" \t", line.find('=') + 1);
  const auto length = at == std::string::npos ? 0 : value_length(std::string_view(line).substr(at));
  if (length == 0)
    return fail(Errc::unsupported,
                change.section + "." + change.key + " is written over several lines");
  const auto wanted = quoted(change.value);
  // A comment behind it stays in its column when there is room.
  const auto longer = wanted.size() > length ? wanted.size() - length : 0;
  std::size_t spare = 0;
  while (spare < longer && line.substr(at + length).starts_with(std::string(spare + 2, ' ')))
    ++spare;
  std::string padding;
  if (wanted.size() < length && line.find('#', at + length) != std::string::npos)
    padding.assign(length - wanted.size(), ' ');
  line.replace(at, length + spare, wanted + padding);
  return {};
}

Result<void> apply(std::vector<std::string>& lines, const Change& change) {
  std::string section;
  std::size_t end = 0;  // behind the last line of the section that says something
  bool is_there = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (const auto name = section_of(lines[i]); !name.empty()) {
      section = name;
      is_there = is_there || section == change.section;
    }
    if (section != change.section) continue;
    if (key_of(lines[i]) == change.key) return replace_value(lines[i], change);
    if (const auto text = trim(lines[i]); !text.empty() && !text.starts_with('#')) end = i + 1;
  }
  if (is_there) {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(end), line_of(change));
    return {};
  }
  if (!lines.empty() && !trim(lines.back()).empty()) lines.emplace_back();
  lines.push_back("[" + change.section + "]");
  lines.push_back(line_of(change));
  return {};
}

std::set<std::string> dump_lines(const Settings& settings) {
  std::set<std::string> out;
  const auto dump = dump_settings(settings, false);
  std::string section;
  for (const auto line : split(dump, '\n')) {
    if (const auto name = section_of(line); !name.empty()) section = name;
    out.insert(section + "." + std::string(line));
  }
  return out;
}

// Does the text, read, hold what was to be written? A line in a string of several lines is none.
bool has_all(const Settings& after, const std::vector<Change>& changes) {
  const auto lines = dump_lines(after);
  for (const auto& change : changes) {
    const auto alone =
        parse_settings("[" + change.section + "]\n" + line_of(change) + "\n", "change");
    if (!alone) return false;
    const auto prefix = change.section + "." + change.key + " = ";
    for (const auto& line : dump_lines(*alone))
      if (line.starts_with(prefix) && !lines.contains(line)) return false;
  }
  return true;
}

bool differs_elsewhere(const Settings& before,
                       const Settings& after,
                       const std::vector<Change>& changes) {
  const auto old_lines = dump_lines(before), new_lines = dump_lines(after);
  for (const auto& line : new_lines) {
    if (old_lines.contains(line)) continue;
    bool is_wanted = false;
    for (const auto& change : changes)
      is_wanted = is_wanted || line.starts_with(change.section + "." + change.key + " = ");
    if (!is_wanted) return true;
  }
  return false;
}

}  // namespace

std::string line_of(const Change& change) { return change.key + " = " + quoted(change.value); }

Result<std::string> change_settings(std::string_view text, const std::vector<Change>& changes) {
  KONTOR_TRY(const auto before, parse_settings(text, "settings"));
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) lines.emplace_back(line);
  if (!lines.empty() && lines.back().empty()) lines.pop_back();  // behind the last line's end
  for (const auto& change : changes) {
    for (const char c : change.value)
      if (static_cast<unsigned char>(c) < ' ' || c == 127)
        return fail(Errc::bad_input, "a control character in " + change.key);
    KONTOR_TRY(apply(lines, change));
  }
  auto out = join(lines, "\n");
  if (!out.empty()) out += '\n';
  const auto after = parse_settings(out, "settings");
  if (!after || differs_elsewhere(before, *after, changes) || !has_all(*after, changes))
    return fail(Errc::unsupported, "the file is written in a way that cannot be changed here");
  return out;
}

}  // namespace kontor::config
