// SPDX-License-Identifier: GPL-3.0-or-later
// The languages that search.languages may name: those of the Snowball stemmers. Pure; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace kontor::config {

enum class Script : std::uint8_t { latin, cyrillic, arabic, armenian, devanagari, tamil };

struct Language {
  std::string_view code;  // ISO 639
  std::string_view name;  // of its stemmer
  Script script;          // that its words are written in
};
std::span<const Language> languages();
// By code or name, in any case; nullptr: there is none.
const Language* find_language(std::string_view code_or_name);

}  // namespace kontor::config
