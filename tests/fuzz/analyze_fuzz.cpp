// SPDX-License-Identifier: GPL-3.0-or-later
// Of any bytes: words are the runs of their folding, tokens have places, and what contains a string
// has words that fit it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/analyze/analyzer.hpp"
#include "search/analyze/folding.hpp"
#include "search/analyze/layout.hpp"
#include "search/analyze/name_key.hpp"
#include "search/analyze/needle.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

namespace search = kontor::search;

std::vector<std::string> runs_of(std::string_view folded) {
  const auto& table = search::FoldTable::instance();
  std::vector<std::string> runs;
  bool in_run = false;
  for (std::size_t at = 0; at < folded.size();) {
    const auto decoded = search::decode_at(folded, at);
    const bool word = table.of(decoded.code_point).code_class != search::CodeClass::separator;
    if (word && !in_run) runs.emplace_back();
    if (word) runs.back().append(decoded.of(folded, at));
    in_run = word;
    at += decoded.size;
  }
  return runs;
}

std::vector<std::string> check_tokens(search::Analyzer& analyzer, std::string_view text) {
  std::vector<std::string> words;
  search::Wanted wanted;
  wanted.names = search::Names::capitalised;
  std::uint32_t position = 5;
  const auto traits = analyzer.analyze(
      text, wanted,
      [&](const search::Token& token) {
        require(token.begin < token.end && token.end <= text.size() && !token.term.empty());
        require(kontor::is_utf8(token.term));
        if (token.kind == search::TermKind::word) {
          require(token.position >= position);
          position = token.position;
          words.push_back(search::fold(token.term));
        }
      },
      5);
  require(position <= 5 + traits.positions);
  require(words == runs_of(search::fold(text)));
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static search::Analyzer analyzer({"ru", "en", "de", "ar", "ta"});
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string text = kontor::to_valid_utf8(all.substr(1));
  const auto words = check_tokens(analyzer, text);
  check_tokens(analyzer, all);
  const auto from = data[0] % (text.size() + 1);
  const auto sought = kontor::to_valid_utf8(std::string_view(text).substr(from, 9));
  if (kontor::mime::fold_case(text).contains(kontor::mime::fold_case(sought)))
    for (const auto& run : search::needle_of(sought).runs)
      require(std::ranges::any_of(words, [&](const auto& word) { return run.fits(word); }));
  for (const auto& word : analyzer.query_words(text)) {
    require(!word.terms.empty() && word.begin < word.end && word.end <= text.size());
    for (const auto& stem : word.stems) require(!stem.empty());
  }
  if (const auto key = search::name_key(all)) require(key->kept.substr(2) == key->sought.substr(2));
  const auto other =
      search::other_layout(text, [](std::string_view term) { return term.size() % 3 == 0; });
  require(!other || kontor::is_utf8(*other));
  return 0;
}
