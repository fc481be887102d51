// SPDX-License-Identifier: GPL-3.0-or-later
// Everything the snap-in says, in English and Russian. The language is the one Windows shows its
// menus in, or what the registry names (Software\Kontor\Admin, Language: "en" or "ru").
#pragma once
#include <initializer_list>
#include <string>

#include "admin-mmc/base/words_list.hpp"

namespace kontor::admin {

#define KONTOR_WORD_NAME(name, english, russian) name,
enum class Word { KONTOR_WORDS(KONTOR_WORD_NAME) };
#undef KONTOR_WORD_NAME

bool russian();
const wchar_t* say(Word word);
// The text with %1, %2 ... replaced.
std::wstring filled(Word word, std::initializer_list<std::wstring> values);
// What the interface calls something ("person", "enabled", "bytes_limit"), as people call it; what
// is not known stays as it is.
std::wstring spoken(const std::string& machine_word);

}  // namespace kontor::admin
