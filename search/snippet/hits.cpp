// SPDX-License-Identifier: GPL-3.0-or-later
// The last words read are kept, as many as the longest phrase has; at each word every phrase that
// ends there is looked for backwards.
#include "search/snippet/hits.hpp"

#include <algorithm>

#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

constexpr std::size_t k_most_sought = 256;  // words of a query that are marked
constexpr std::size_t k_longest_phrase = 64;

bool holds(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

class WordFinder::Scan {
 public:
  Scan(const WordFinder& finder, Field field, std::vector<Place>& out) : out_(out) {
    const auto& sought = finder.sought_;
    for (std::uint32_t i = 0; i < sought.size(); ++i)
      if ((sought[i].fields & fields_of(field)) != 0) sought_.push_back({&sought[i], i});
    for (const auto& [one, index] : sought_) {
      longest_ = std::max(longest_, one->word.terms.size());
      longest_literal_ = std::max(longest_literal_, one->runs.size());
    }
  }
  bool empty() const { return sought_.empty(); }

  void take(const Token& token) {
    if (token.kind == TermKind::word || token.kind == TermKind::piece) remember(token);
    for (const auto& [one, index] : sought_) {
      if (token.kind == TermKind::word) take_run(*one, index, token);
      if (token.kind == TermKind::word || token.kind == TermKind::piece) take_term(*one, index);
      if ((token.kind == TermKind::stem && holds(one->word.stems, token.term)) ||
          (token.kind == TermKind::name && holds(one->word.names, token.term)))
        add(token.begin, token.end, index);
    }
  }

 private:
  struct Word {
    std::string term;
    std::uint32_t position;
    std::size_t begin, end;
  };

  // Of a run that has pieces both are kept.
  void remember(const Token& token) {
    keep(last_, 2 * longest_ + 2,
         {std::string(token.term), token.position, token.begin, token.end});
    if (token.kind == TermKind::word && longest_literal_ > 0)
      keep(runs_, longest_literal_, {fold(token.term), token.position, token.begin, token.end});
  }

  static void keep(std::vector<Word>& words, std::size_t most, Word word) {
    if (words.size() >= 2 * most)
      words.erase(words.begin(), words.end() - static_cast<std::ptrdiff_t>(most));
    words.push_back(std::move(word));
  }

  void take_run(const Sought& one, std::uint32_t index, const Token& token) {
    if (!one.word.run.empty() && token.term == one.word.run) add(token.begin, token.end, index);
    if (one.runs.empty() || one.runs.size() > runs_.size()) return;
    const auto first = runs_.end() - static_cast<std::ptrdiff_t>(one.runs.size());
    const auto fits = [](const NeedleRun& run, const Word& word) { return run.fits(word.term); };
    if (!std::equal(one.runs.begin(), one.runs.end(), first, fits)) return;
    for (auto word = first; word != runs_.end(); ++word) add(word->begin, word->end, index);
  }

  // A run and its first piece have one position, and the run was told before.
  void take_term(const Sought& one, std::uint32_t index) {
    const auto& terms = one.word.terms;
    if (terms.empty()) return;
    auto word = last_.rbegin();
    const bool fits =
        one.open_end ? word->term.starts_with(terms.back()) : word->term == terms.back();
    if (!fits) return;
    std::vector<const Word*> found(1, &*word);
    for (std::size_t i = terms.size() - 1; i > 0; --i) {
      const auto position = found.back()->position;
      for (++word; word != last_.rend() && word->position + 1 >= position; ++word)
        if (word->position + 1 == position && word->term == terms[i - 1]) break;
      if (word == last_.rend() || word->position + 1 != position) return;
      found.push_back(&*word);
    }
    for (const auto* each : found) add(each->begin, each->end, index);
  }

  void add(std::size_t begin, std::size_t end, std::uint32_t index) {
    out_.push_back({begin, end, index});
  }

  std::vector<Place>& out_;
  std::vector<std::pair<const Sought*, std::uint32_t>> sought_;
  std::vector<Word> last_;
  std::vector<Word> runs_;  // under K
  std::size_t longest_ = 0;
  std::size_t longest_literal_ = 0;
};

WordFinder::WordFinder(const TextQuery& query, Analyzer& analyzer) : analyzer_(analyzer) {
  add(query);
}

void WordFinder::add_word(QueryWord word, Fields fields, bool open_end) {
  if (sought_.size() >= k_most_sought || word.terms.empty()) return;
  if (word.terms.size() > k_longest_phrase) return;
  Sought sought;
  sought.fields = fields;
  sought.word = std::move(word);
  sought.open_end = open_end;
  sought_.push_back(std::move(sought));
}

void WordFinder::add(const TextQuery& query) {
  if (query.op == TextOp::all || query.op == TextOp::any) {
    for (const auto& child : query.children) add(child);
  } else if (query.op == TextOp::words || query.op == TextOp::prefix) {
    auto words = analyzer_.query_words(query.text);
    for (auto& word : words)
      add_word(std::move(word), query.fields, query.op == TextOp::prefix && &word == &words.back());
  } else if (query.op == TextOp::phrase) {
    QueryWord phrase;
    for (auto& word : analyzer_.query_words(query.text))
      std::ranges::move(word.terms, std::back_inserter(phrase.terms));
    add_word(std::move(phrase), query.fields, false);
  } else if (query.op == TextOp::literal && sought_.size() < k_most_sought) {
    Sought sought;
    sought.fields = query.fields;
    sought.runs = needle_of(query.text).runs;
    if (sought.runs.size() <= k_longest_phrase) sought_.push_back(std::move(sought));
  }
}

std::vector<Place> WordFinder::find(std::string_view text, Field field) const {
  std::vector<Place> out;
  Scan scan(*this, field, out);
  if (scan.empty()) return out;
  analyzer_.analyze(text, wanted_in(field), [&scan](const Token& token) { scan.take(token); });
  return out;
}

}  // namespace kontor::search
