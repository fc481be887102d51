// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/config/languages.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::config {
namespace {

constexpr auto k_languages = std::to_array<Language>({
    {"ar", "arabic", Script::arabic},    {"hy", "armenian", Script::armenian},
    {"eu", "basque", Script::latin},     {"ca", "catalan", Script::latin},
    {"da", "danish", Script::latin},     {"nl", "dutch", Script::latin},
    {"en", "english", Script::latin},    {"fi", "finnish", Script::latin},
    {"fr", "french", Script::latin},     {"de", "german", Script::latin},
    {"hu", "hungarian", Script::latin},  {"id", "indonesian", Script::latin},
    {"ga", "irish", Script::latin},      {"it", "italian", Script::latin},
    {"lt", "lithuanian", Script::latin}, {"ne", "nepali", Script::devanagari},
    {"no", "norwegian", Script::latin},  {"pt", "portuguese", Script::latin},
    {"ro", "romanian", Script::latin},   {"ru", "russian", Script::cyrillic},
    {"es", "spanish", Script::latin},    {"sv", "swedish", Script::latin},
    {"ta", "tamil", Script::tamil},      {"tr", "turkish", Script::latin},
});

}  // namespace

std::span<const Language> languages() { return k_languages; }

const Language* find_language(std::string_view code_or_name) {
  const auto found = std::ranges::find_if(k_languages, [&](const Language& language) {
    return iequals(language.code, code_or_name) || iequals(language.name, code_or_name);
  });
  return found == k_languages.end() ? nullptr : &*found;
}

}  // namespace kontor::config
