// SPDX-License-Identifier: GPL-3.0-or-later
// Capital letters are sounds that Latin writes with several letters: Z (ж), C (ч), S (ш and щ).
#include "search/analyze/name_key.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_longest = 128;  // bytes of a word that is a name
constexpr std::size_t k_shortest_key = 3;

struct Letter {
  char32_t code_point;
  std::string_view latin;
};
// By code point; what K makes of a capital or an accented letter is looked up too.
constexpr auto k_cyrillic = std::to_array<Letter>({
    {U'а', "a"},  {U'б', "b"},  {U'в', "v"},  {U'г', "g"},  {U'д', "d"},  {U'е', "e"}, {U'ж', "zh"},
    {U'з', "z"},  {U'и', "i"},  {U'й', "y"},  {U'к', "k"},  {U'л', "l"},  {U'м', "m"}, {U'н', "n"},
    {U'о', "o"},  {U'п', "p"},  {U'р', "r"},  {U'с', "s"},  {U'т', "t"},  {U'у', "u"}, {U'ф', "f"},
    {U'х', "kh"}, {U'ц', "ts"}, {U'ч', "ch"}, {U'ш', "sh"}, {U'щ', "sh"}, {U'ъ', ""},  {U'ы', "y"},
    {U'ь', ""},   {U'э', "e"},  {U'ю', "yu"}, {U'я', "ya"}, {U'є', "e"},  {U'і', "i"}, {U'ґ', "g"},
});
// Of ISO 9 and of other Slavic names, whose accents K would drop.
constexpr auto k_accented = std::to_array<Letter>({
    {U'â', "ya"},
    {U'ë', "e"},
    {U'û', "yu"},
    {U'č', "ch"},
    {U'ŝ', "sh"},
    {U'š', "sh"},
    {U'ž', "zh"},
    {U'ʹ', ""},
    {U'ʺ', ""},
    {U'’', ""},
    {U'\'', ""},
});

const Letter* find(std::span<const Letter> letters, char32_t code_point) {
  const auto found = std::ranges::find(letters, code_point, &Letter::code_point);
  return found == letters.end() ? nullptr : &*found;
}

// Small letters of the accented ones: their capitals are beside them but for Latin-1.
char32_t lower(char32_t c) {
  if (c >= 0xC0 && c < 0xDF) return c + 0x20;
  return c >= 0x100 && c < 0x180 && find(k_accented, c + 1) != nullptr ? c + 1 : c;
}

enum class Script : unsigned char { unknown, latin, cyrillic, other };

// The word in Latin letters; its script.
Script spell(std::string_view word, std::string& out) {
  Script script = Script::unknown;
  const auto is_of = [&](Script found) {
    script = script == Script::unknown || script == found ? found : Script::other;
  };
  for (std::size_t at = 0; at < word.size() && script != Script::other;) {
    const auto decoded = decode_at(word, at);
    at += decoded.size;
    if (const auto* accented = find(k_accented, lower(decoded.code_point))) {
      if (!accented->latin.empty()) is_of(Script::latin);
      out.append(accented->latin);
      continue;
    }
    const auto term = fold_term(word.substr(at - decoded.size, decoded.size));
    for (std::size_t i = 0; i < term.size();) {
      const auto letter = decode_at(term, i);
      i += letter.size;
      const auto* cyrillic = find(k_cyrillic, letter.code_point);
      const bool latin = letter.code_point >= 'a' && letter.code_point <= 'z';
      is_of(cyrillic != nullptr ? Script::cyrillic : latin ? Script::latin : Script::other);
      if (cyrillic != nullptr) out.append(cyrillic->latin);
      if (latin) out.push_back(static_cast<char>(letter.code_point));
    }
  }
  return script;
}

struct Change {
  std::string_view from;
  std::string_view to;
};
// Longer ones first; the first that fits is made.
constexpr auto k_changes = std::to_array<Change>({
    {"shch", "S"}, {"tsch", "C"}, {"sch", "S"}, {"tch", "C"}, {"sh", "S"}, {"ch", "C"},
    {"zh", "Z"},   {"kh", "h"},   {"ck", "k"},  {"ct", "kt"}, {"ts", "c"}, {"tz", "c"},
    {"yo", "e"},   {"jo", "e"},   {"ye", "e"},  {"je", "e"},  {"ie", "e"}, {"ph", "f"},
    {"j", "i"},    {"y", "i"},    {"w", "v"},   {"x", "ks"},  {"q", "k"},
});

std::string unified(std::string_view spelled) {
  std::string out;
  while (!spelled.empty()) {
    const auto change = std::ranges::find_if(
        k_changes, [&](const Change& one) { return spelled.starts_with(one.from); });
    const bool changes = change != k_changes.end();
    out.append(changes ? change->to : spelled.substr(0, 1));
    spelled.remove_prefix(changes ? change->from.size() : 1);
  }
  // "ii" and "ll" are "i" and "l"; what becomes "ie" now was "iye" or "ие".
  std::string once;
  for (const char c : out) {
    if (c == 'e' && once.ends_with('i')) once.pop_back();
    if (!once.ends_with(c)) once.push_back(c);
  }
  return once;
}

// The endings of surnames in -ov, -ev, -in and -sky: those of a woman, of several, of the cases.
constexpr auto k_stems = std::to_array<std::string_view>({"ov", "ev", "in"});
constexpr auto k_endings =
    std::to_array<std::string_view>({"a", "u", "e", "i", "im", "oi", "ih", "imi", "om", "em"});
constexpr auto k_adjectives =
    std::to_array<std::string_view>({"ogo", "omu", "im", "om", "aia", "oi", "uiu", "ih", "imi"});

void cut_ending(std::string& key) {
  for (const auto ending : k_adjectives) {
    if (key.size() < ending.size() + 4 || !key.ends_with(ending)) continue;
    const auto stem = std::string_view(key).substr(0, key.size() - ending.size());
    if (!stem.ends_with("sk") && !stem.ends_with("ck")) continue;
    key.resize(stem.size());
    key.push_back('i');
    return;
  }
  for (const auto ending : k_endings) {
    if (key.size() < ending.size() + 4 || !key.ends_with(ending)) continue;
    const auto stem = std::string_view(key).substr(0, key.size() - ending.size());
    if (std::ranges::any_of(k_stems, [&](std::string_view end) { return stem.ends_with(end); }))
      return key.resize(stem.size());
  }
}

}  // namespace

std::optional<NameKey> name_key(std::string_view word) {
  if (word.size() > k_longest) return std::nullopt;
  std::string spelled;
  const Script script = spell(word, spelled);
  if (script != Script::latin && script != Script::cyrillic) return std::nullopt;
  std::string key = unified(spelled);
  cut_ending(key);
  if (key.size() < k_shortest_key) return std::nullopt;
  const bool latin = script == Script::latin;
  return NameKey{(latin ? "l:" : "c:") + key, (latin ? "c:" : "l:") + key};
}

// The last letters typed may be the beginning of what is written with several: "kuznet" of
// "kuznets", whose key has no "t".
std::vector<std::string> name_prefix_keys(std::string_view prefix) {
  std::string spelled;
  if (prefix.size() > k_longest) return {};
  const Script script = spell(prefix, spelled);
  if (script != Script::latin && script != Script::cyrillic) return {};
  std::vector<std::string> keys;
  const auto add = [&](std::string key) {
    key.insert(0, script == Script::latin ? "c:" : "l:");
    if (key.size() > 2 && std::ranges::find(keys, key) == keys.end())
      keys.push_back(std::move(key));
  };
  std::string whole = unified(spelled);
  add(whole);
  cut_ending(whole);
  add(std::move(whole));
  for (const auto& change : k_changes)
    for (std::size_t open = 1; open < change.from.size(); ++open)
      if (spelled.size() >= open && spelled.ends_with(change.from.substr(0, open)))
        add(unified(spelled.substr(0, spelled.size() - open) + std::string(change.from)));
  return keys;
}

}  // namespace kontor::search
