// SPDX-License-Identifier: GPL-3.0-or-later
// The human-readable text of responses in the language the client asked for (RFC 5255, 3). Code
// says it in English; it is put into the other language where it goes out. Pure; any thread.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::imap {

enum class Language : unsigned char { i_default, english, russian };

// The tags of RFC 5646 that LANGUAGE tells, in the order of the enumeration.
std::span<const std::string_view> language_tags();
std::string_view tag_of(Language language);

// The first language that one of `ranges` (RFC 4647, 2.1) names, or names more closely: "ru-RU" is
// "ru" (3.4). "default" and "*" stand for `preferred`.
std::optional<Language> find_language(const std::vector<std::string>& ranges, Language preferred);

struct TextRow {
  std::string_view english;  // "{}": any text
  std::string_view other;
};
// Sorted by the English text.
std::span<const TextRow> russian_texts();

// `english` as it is when it has no translation.
std::string in_language(Language language, std::string_view english);

}  // namespace kontor::imap
