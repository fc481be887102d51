// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a query are gathered from its tokens: what belongs to a run first, then the runs of
// a whole.
#include <algorithm>

#include "base/core/text.hpp"
#include "search/analyze/analyzer.hpp"
#include "search/analyze/name_key.hpp"

namespace kontor::search {
namespace {

void add_once(std::vector<std::string>& all, std::string_view one) {
  if (std::ranges::find(all, one) == all.end()) all.emplace_back(one);
}

// Letters and hyphens: words of their own.
bool is_compound(std::string_view whole) {
  return whole.find_first_of("0123456789._/@:+&#'\\,") == std::string_view::npos;
}

class Gather {
 public:
  explicit Gather(std::string_view text) : text_(text) {}

  void take(const Token& token) {
    switch (token.kind) {
      case TermKind::word:
        words_.push_back(word_of(token));
        words_.back().terms.emplace_back(token.term);
        break;
      case TermKind::piece:
        take_piece(token);
        break;
      case TermKind::stem:
        add_once(words_.back().stems, token.term);
        break;
      case TermKind::name:
        if (const auto key = name_key(text_.substr(token.begin, token.end - token.begin)))
          add_once(word_at(token).names, key->sought);
        break;
      case TermKind::whole:
        if (!is_compound(token.term)) join(token);
        break;
    }
  }

  std::vector<QueryWord> finish() {
    for (auto& word : words_)
      if (word.terms.size() > 1) word.stems.clear();
    return std::move(words_);
  }

 private:
  static QueryWord word_of(const Token& token) {
    QueryWord word;
    word.begin = token.begin;
    word.end = token.end;
    return word;
  }

  void take_piece(const Token& token) {
    QueryWord& word = words_.back();
    if (word.run.empty()) word.run = std::exchange(word.terms, {}).front();
    word.terms.emplace_back(token.term);
  }

  // That the token lies in.
  QueryWord& word_at(const Token& token) {
    const auto holds = [&](const QueryWord& word) {
      return word.begin <= token.begin && token.end <= word.end;
    };
    const auto found = std::find_if(words_.rbegin(), words_.rend(), holds);
    return found == words_.rend() ? words_.back() : *found;
  }

  void join(const Token& token) {
    const auto first = std::ranges::find_if(
        words_, [&](const QueryWord& word) { return word.begin >= token.begin; });
    if (first == words_.end()) return;
    QueryWord joined = word_of(token);
    joined.whole = token.term;
    for (auto word = first; word != words_.end(); ++word)
      joined.terms.insert(joined.terms.end(), word->terms.begin(), word->terms.end());
    words_.erase(first, words_.end());
    words_.push_back(std::move(joined));
  }

  std::string_view text_;
  std::vector<QueryWord> words_;
};

}  // namespace

std::vector<QueryWord> Analyzer::query_words(std::string_view text) {
  Gather gather(text);
  Wanted wanted;
  wanted.names = Names::every;
  analyze(text, wanted, [&gather](const Token& token) { gather.take(token); });
  return gather.finish();
}

}  // namespace kontor::search
