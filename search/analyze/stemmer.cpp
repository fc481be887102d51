// SPDX-License-Identifier: GPL-3.0-or-later
// A stem costs half a microsecond and texts repeat their words: the stems of many words are kept.
#include "search/analyze/stemmer.hpp"

#include <xapian.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/config/languages.hpp"
#include "base/core/text.hpp"
#include "base/mime/fields.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_longest = 64;      // bytes of a word that has forms
constexpr std::size_t k_kept = 32 * 1024;  // words

using config::Script;

// Of the letters there are stemmers for.
std::optional<Script> script_of(char32_t letter) {
  if (letter < 0x250) return Script::latin;
  if (letter >= 0x400 && letter < 0x530) return Script::cyrillic;
  if (letter >= 0x530 && letter < 0x590) return Script::armenian;
  if (letter >= 0x600 && letter < 0x700) return Script::arabic;
  if (letter >= 0x900 && letter < 0x980) return Script::devanagari;
  if (letter >= 0xB80 && letter < 0xC00) return Script::tamil;
  return std::nullopt;
}

}  // namespace

struct Stemmer::State {
  struct One {
    Script script;
    Xapian::Stem stem;
  };
  std::vector<One> stemmers;
  std::unordered_map<std::string, std::vector<std::string>, mime::TextHash, std::equal_to<>> kept;
};

Stemmer::Stemmer(const std::vector<std::string>& languages) : state_(std::make_unique<State>()) {
  for (const auto& name : languages)
    if (const auto* language = config::find_language(name))
      state_->stemmers.push_back({language->script, Xapian::Stem(std::string(language->name))});
}

Stemmer::Stemmer(Stemmer&&) noexcept = default;
Stemmer::~Stemmer() = default;

std::span<const std::string> Stemmer::stems(std::string_view term) {
  if (term.empty() || term.size() > k_longest || std::ranges::any_of(term, is_digit)) return {};
  const auto script = script_of(decode_at(term, 0).code_point);
  const auto is_of = [&](const State::One& one) { return one.script == script; };
  if (!script || std::ranges::none_of(state_->stemmers, is_of)) return {};
  auto& kept = state_->kept;
  if (const auto found = kept.find(term); found != kept.end()) return found->second;
  if (kept.size() >= k_kept) kept.clear();
  std::vector<std::string> stems;
  for (const auto& one : state_->stemmers) {
    if (!is_of(one)) continue;
    auto stem = one.stem(std::string(term));
    if (!stem.empty() && std::ranges::find(stems, stem) == stems.end())
      stems.push_back(std::move(stem));
  }
  return kept.emplace(term, std::move(stems)).first->second;
}

}  // namespace kontor::search
