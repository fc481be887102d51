// SPDX-License-Identifier: GPL-3.0-or-later
#include "admin-mmc/base/words.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "admin-mmc/base/machine_words.hpp"
#include "admin-mmc/base/text.hpp"
#include "admin-mmc/client/credentials.hpp"

namespace kontor::admin {
namespace {

struct Said {
  const wchar_t *english, *russian;
};

#define KONTOR_SAID(name, english, russian) {L##english, L##russian},
constexpr Said words[] = {KONTOR_WORDS(KONTOR_SAID)};
#undef KONTOR_SAID

struct Spoken {
  std::string_view machine;
  Said said;
};

#define KONTOR_SPOKEN(machine, english, russian) {machine, {L##english, L##russian}},
constexpr Spoken machine_words[] = {KONTOR_MACHINE_WORDS(KONTOR_SPOKEN)};
#undef KONTOR_SPOKEN

const wchar_t* choose(const Said& said) { return russian() ? said.russian : said.english; }

}  // namespace

bool russian() {
  static const bool is = [] {
    const std::wstring asked = registry_text(L"Language");
    if (same_text(asked, L"ru")) return true;
    if (same_text(asked, L"en")) return false;
    return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_RUSSIAN;
  }();
  return is;
}

const wchar_t* say(Word word) { return choose(words[static_cast<std::size_t>(word)]); }

std::wstring filled(Word word, std::initializer_list<std::wstring> values) {
  std::wstring text;
  for (const wchar_t* at = say(word); *at; ++at) {
    const std::size_t number = *at == L'%' && at[1] >= L'1' && at[1] <= L'9' ? at[1] - L'0' : 0;
    if (number == 0 || number > values.size()) {
      text += *at;
      continue;
    }
    text += values.begin()[number - 1];
    ++at;
  }
  return text;
}

std::wstring spoken(const std::string& machine_word) {
  for (const Spoken& one : machine_words) {
    if (one.machine == machine_word) return choose(one.said);
  }
  return wide(machine_word);
}

}  // namespace kontor::admin
