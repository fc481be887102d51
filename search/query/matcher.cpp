// SPDX-License-Identifier: GPL-3.0-or-later
// The texts that a leaf asks for are analysed when it asks, each once for a document.
#include "search/query/matcher.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/mime/decode.hpp"

namespace kontor::search {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};
using Words = std::unordered_set<std::string, Hash, std::equal_to<>>;

// The words of one text.
struct TextWords {
  std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>> places;
  Words runs, stems, names, wholes;
};

TextWords words_of(const FieldText& text, Analyzer& analyzer) {
  TextWords out;
  const auto keep = [](Words& words, std::string_view term) {
    if (!words.contains(term)) words.emplace(term);
  };
  analyzer.analyze(text.text, wanted_in(text.field), [&](const Token& token) {
    switch (token.kind) {
      case TermKind::word:
      case TermKind::piece: {
        auto found = out.places.find(token.term);
        if (found == out.places.end())
          found = out.places.try_emplace(std::string(token.term)).first;
        found->second.push_back(token.position);
        if (token.kind == TermKind::word) keep(out.runs, token.term);
        break;
      }
      case TermKind::stem:
        keep(out.stems, token.term);
        break;
      case TermKind::whole:
        keep(out.wholes, token.term);
        break;
      case TermKind::name:
        keep(out.names, token.term);
        break;
    }
  });
  return out;
}

bool has_any(const Words& words, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(wanted, [&](const std::string& word) { return words.contains(word); });
}

// Positions behind which a phrase may go on.
using Ends = std::set<std::uint32_t>;

Ends follow(const Ends* before, const std::vector<std::uint32_t>& places) {
  Ends out;
  for (const auto place : places)
    if (before == nullptr || (place > 0 && before->contains(place - 1))) out.insert(place);
  return out;
}

// Do the terms stand one after the other? `open_end`: of the last only the beginning.
bool stand_together(const TextWords& words, const std::vector<std::string>& terms, bool open_end) {
  std::optional<Ends> ends;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    std::vector<std::uint32_t> places;
    if (open_end && i + 1 == terms.size()) {
      for (const auto& [term, at] : words.places)
        if (term.starts_with(terms[i])) places.insert(places.end(), at.begin(), at.end());
    } else if (const auto found = words.places.find(terms[i]); found != words.places.end()) {
      places = found->second;
    }
    ends = follow(ends ? &*ends : nullptr, places);
    if (ends->empty()) return false;
  }
  return !terms.empty();
}

bool has_word(const TextWords& words, const QueryWord& word) {
  return stand_together(words, word.terms, false) ||
         (!word.run.empty() && words.runs.contains(word.run)) ||
         (!word.whole.empty() && words.wholes.contains(word.whole)) ||
         has_any(words.stems, word.stems) || has_any(words.names, word.names);
}

bool has_beginning(const TextWords& words, const QueryWord& word) {
  return stand_together(words, word.terms, true) ||
         (!word.run.empty() && std::ranges::any_of(words.runs, [&](const std::string& run) {
           return run.starts_with(word.run);
         }));
}

}  // namespace

struct Matcher::Node {
  TextOp op = TextOp::all;
  Fields fields = k_every_field;
  std::vector<QueryWord> words;    // of words and prefix
  std::vector<std::string> terms;  // of a phrase
  std::string needle;              // of literal, folded
  std::vector<Node> children;
};

// What was made of one document so far.
class Matcher::Reading {
 public:
  Reading(const Document& document, Analyzer& analyzer)
      : document_(document),
        analyzer_(analyzer),
        words_(document.texts.size()),
        folded_(document.texts.size()) {}

  bool holds(const Node& node);

 private:
  template <class Test>
  bool any_text(const Node& node, const Test& test) {
    for (std::size_t i = 0; i < document_.texts.size(); ++i)
      if ((fields_of(document_.texts[i].field) & node.fields) != 0 && test(i)) return true;
    return false;
  }
  const TextWords& words(std::size_t text) {
    if (!words_[text]) words_[text] = words_of(document_.texts[text], analyzer_);
    return *words_[text];
  }
  const std::string& folded(std::size_t text) {
    if (!folded_[text]) folded_[text] = mime::fold_case(document_.texts[text].text);
    return *folded_[text];
  }
  bool holds_words(const Node& node);

  const Document& document_;
  Analyzer& analyzer_;
  std::vector<std::optional<TextWords>> words_;
  std::vector<std::optional<std::string>> folded_;
};

bool Matcher::Reading::holds_words(const Node& node) {
  return std::ranges::all_of(node.words, [&](const QueryWord& word) {
    const bool open_end = node.op == TextOp::prefix && &word == &node.words.back();
    return any_text(node, [&](std::size_t text) {
      return open_end ? has_beginning(words(text), word) : has_word(words(text), word);
    });
  });
}

bool Matcher::Reading::holds(const Node& node) {
  const auto child = [&](const Node& inner) { return holds(inner); };
  switch (node.op) {
    case TextOp::all:
      return std::ranges::all_of(node.children, child);
    case TextOp::any:
      return std::ranges::any_of(node.children, child);
    case TextOp::none_of:
      return std::ranges::none_of(node.children, child);
    case TextOp::words:
    case TextOp::prefix:
      return holds_words(node);
    case TextOp::phrase:
      return node.terms.empty() || any_text(node, [&](std::size_t text) {
               return stand_together(words(text), node.terms, false);
             });
    case TextOp::literal:
      return any_text(node, [&](std::size_t text) { return folded(text).contains(node.needle); });
    case TextOp::has_attachment:
      return document_.has_attachment;
  }
  return false;
}

Matcher::Node Matcher::make_node(const TextQuery& query, Analyzer& analyzer) {
  Node node;
  node.op = query.op;
  node.fields = query.fields;
  if (query.op == TextOp::literal) node.needle = mime::fold_case(query.text);
  if (query.op == TextOp::words || query.op == TextOp::prefix)
    node.words = analyzer.query_words(query.text);
  if (query.op == TextOp::phrase)
    for (const auto& word : analyzer.query_words(query.text))
      node.terms.insert(node.terms.end(), word.terms.begin(), word.terms.end());
  for (const auto& child : query.children) node.children.push_back(make_node(child, analyzer));
  return node;
}

Matcher::Matcher(TextQuery query, Analyzer& analyzer)
    : analyzer_(analyzer), root_(std::make_unique<Node>(make_node(query, analyzer))) {}

Matcher::Matcher(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

bool Matcher::matches(const Document& document) const {
  return Reading(document, analyzer_).holds(*root_);
}

bool matches(const TextQuery& query, const Document& document, Analyzer& analyzer) {
  return Matcher(query, analyzer).matches(document);
}

}  // namespace kontor::search
