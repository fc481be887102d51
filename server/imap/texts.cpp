// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/texts.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap {
namespace {

constexpr std::array<std::string_view, 3> k_tags{"i-default", "en", "ru"};
constexpr std::string_view k_hole = "{}";

// What fills the holes of `pattern` in `text`; nothing: the text is another one.
std::optional<std::vector<std::string_view>> holes_of(std::string_view pattern,
                                                      std::string_view text) {
  std::vector<std::string_view> out;
  auto hole = pattern.find(k_hole);
  if (hole == std::string_view::npos || !text.starts_with(pattern.substr(0, hole)))
    return std::nullopt;
  text.remove_prefix(hole);
  while (hole != std::string_view::npos) {
    pattern.remove_prefix(hole + k_hole.size());
    hole = pattern.find(k_hole);
    const auto piece = pattern.substr(0, hole);
    const bool is_last = hole == std::string_view::npos;
    if (is_last && !text.ends_with(piece)) return std::nullopt;
    const auto end = is_last ? text.size() - piece.size() : text.find(piece);
    if (end == std::string_view::npos) return std::nullopt;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + piece.size());
  }
  return out;
}

std::optional<std::string_view> exact(std::string_view english) {
  const auto rows = russian_texts();
  const auto row = std::ranges::lower_bound(rows, english, {}, &TextRow::english);
  if (row == rows.end() || row->english != english) return std::nullopt;
  return row->other;
}

// What fills a hole may be a sentence of its own.
std::string filled(std::string_view pattern, const std::vector<std::string_view>& holes) {
  std::string out;
  for (const auto value : holes) {
    const auto hole = pattern.find(k_hole);
    if (hole == std::string_view::npos) break;
    out.append(pattern.substr(0, hole)).append(exact(value).value_or(value));
    pattern.remove_prefix(hole + k_hole.size());
  }
  return out.append(pattern);
}

// RFC 4647, 3.4: a range loses its last subtags until it is a tag.
std::optional<Language> look_up(std::string_view range) {
  while (!range.empty()) {
    for (std::size_t i = 0; i < k_tags.size(); ++i)
      if (iequals(range, k_tags[i])) return static_cast<Language>(i);
    const auto dash = range.rfind('-');
    range = range.substr(0, dash == std::string_view::npos ? 0 : dash);
  }
  return std::nullopt;
}

}  // namespace

std::span<const std::string_view> language_tags() { return k_tags; }

std::string_view tag_of(Language language) { return k_tags[static_cast<std::size_t>(language)]; }

std::optional<Language> find_language(const std::vector<std::string>& ranges, Language preferred) {
  for (const auto& range : ranges) {
    if (range == "*" || iequals(range, "default")) return preferred;
    if (const auto found = look_up(range)) return found;
  }
  return std::nullopt;
}

std::string in_language(Language language, std::string_view english) {
  if (language != Language::russian) return std::string(english);
  if (const auto found = exact(english)) return std::string(*found);
  for (const auto& pattern : russian_texts())
    if (const auto holes = holes_of(pattern.english, english)) return filled(pattern.other, *holes);
  return std::string(english);
}

}  // namespace kontor::imap
