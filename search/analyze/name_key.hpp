// SPDX-License-Identifier: GPL-3.0-or-later
// The key under which a name is found in the other script: "Иванов" and "Ivanov".
//
// A Cyrillic word is spelled in Latin letters, then what the usual schemes (passports by ICAO Doc
// 9303, ISO 9 with and without diacritics, BGN/PCGN, and how people do it) write differently is
// made one on both sides: "Yuri", "Jurij" and "Iurii" have the key of "Юрий". A key is told apart
// by the script it comes from, so that words of one script never meet by their keys. Pure; any
// thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kontor::search {

// The key of a word and what it is looked up as.
struct NameKey {
  std::string kept;    // what a text with the word has: "l:ivanov" or "c:ivanov"
  std::string sought;  // what the other script's word has
};
// Of a word as written (case does not count). Nothing: letters of neither script or of both, or
// fewer than three letters of a key.
std::optional<NameKey> name_key(std::string_view word);
// What NameKey::kept of a word of the other script begins with when the word begins like `prefix`,
// of any length: for finding while somebody types. One of them does; empty: letters of neither
// script or of both.
std::vector<std::string> name_prefix_keys(std::string_view prefix);

}  // namespace kontor::search
