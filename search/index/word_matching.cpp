// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/word_matching.hpp"

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "search/analyze/needle.hpp"
#include "search/index/literal_words.hpp"

namespace kontor::search {
namespace {

bool is_long(std::string_view text) { return text.size() > k_longest_term; }
bool has_long(const QueryWord& word) {
  return is_long(word.run) || std::ranges::any_of(word.terms, is_long);
}

}  // namespace

ItemBits WordMatching::marked(const char* mark) {
  ItemBits out(span_);
  database_.add_items(mark, out);
  return out;
}

void WordMatching::add(TermSpace space, Field field, std::string_view text, ItemBits& out) {
  if (!is_long(text)) database_.add_items(term_of(space, field, text), out);
}

const std::vector<std::string>& WordMatching::forms_of(const std::string& stem) {
  const auto known = std::ranges::find(forms_, stem, [](const auto& pair) { return pair.first; });
  if (known != forms_.end()) return known->second;
  forms_.emplace_back(stem, database_.noted(stem));
  return forms_.back().second;
}

void WordMatching::add_forms(const QueryWord& word, Field field, ByTerms& out) {
  if (!wanted_in(field).stems) return;
  for (const auto& stem : word.stems)
    for (const auto& form : forms_of(stem))
      if (form != word.terms.front()) add(TermSpace::word, field, form, out.yes);
}

// Of several terms: texts with all of them, which may stand together.
void WordMatching::add_together(const QueryWord& word, Field field, bool open_end, ByTerms& out) {
  ItemBits together(span_);
  for (std::size_t i = 0; i < word.terms.size(); ++i) {
    ItemBits with_term(span_);
    if (open_end && i + 1 == word.terms.size())
      add_beginning(word.terms[i], field, with_term);
    else
      add(TermSpace::word, field, word.terms[i], with_term);
    if (i == 0)
      together = std::move(with_term);
    else
      together &= with_term;
  }
  (word.terms.size() == 1 ? out.yes : out.read) |= together;
}

void WordMatching::add_word(const QueryWord& word, Field field, ByTerms& out) {
  add_together(word, field, false, out);
  if (!word.run.empty()) add(TermSpace::word, field, word.run, out.yes);
  if (!word.whole.empty()) add(TermSpace::whole, field, word.whole, out.yes);
  add_forms(word, field, out);
  for (const auto& name : word.names) add(TermSpace::name, field, name, out.by_name);
}

// The last word of a prefix.
void WordMatching::add_open_word(const QueryWord& word, Field field, ByTerms& out) {
  add_together(word, field, true, out);
  if (!word.run.empty()) add_beginning(word.run, field, out.yes);
}

void WordMatching::add_beginning(std::string_view begin, Field field, ItemBits& out) {
  for (const auto& [segment, database, words] : database_.segments())
    for_each_word(database, field, begin, [&](std::string_view, Xapian::TermIterator& it) {
      all_counted_ = all_counted_ && work_.take_postings(it.get_termfreq());
      if (all_counted_) add_postings(database, *it, out);
    });
}

// Items to be read whatever their terms say.
ItemBits WordMatching::unread(const ItemBits& domain, bool long_words) {
  if (!all_counted_) return domain;
  auto out = marked(mark::cut);
  if (long_words) out |= marked(mark::long_run);
  return out;
}

ByTerms WordMatching::words(const TextQuery& leaf, const ItemBits& domain) {
  ByTerms out(span_);
  out.yes = domain;  // of no words
  const auto words = analyzer_.query_words(leaf.text);
  for (const auto& word : words) {
    const bool open_end = leaf.op == TextOp::prefix && &word == &words.back();
    ByTerms one(span_);
    forms_.clear();
    for_each_field(leaf.fields, [&](Field field) {
      if (open_end)
        add_open_word(word, field, one);
      else
        add_word(word, field, one);
    });
    one.yes |= one.by_name;
    one.read |= unread(domain, open_end || has_long(word));
    one.read |= one.yes;
    out.read |= out.yes;
    out.yes &= one.yes;
    out.read &= one.read;
    out.by_name |= one.by_name;
  }
  out.read -= out.yes;
  return out;
}

ByTerms WordMatching::phrase(const TextQuery& leaf, const ItemBits& domain) {
  ByTerms out(span_);
  QueryWord joined;
  for (const auto& word : analyzer_.query_words(leaf.text))
    joined.terms.insert(joined.terms.end(), word.terms.begin(), word.terms.end());
  if (joined.terms.empty()) {
    out.yes = domain;
    return out;
  }
  for_each_field(leaf.fields, [&](Field field) { add_together(joined, field, false, out); });
  out.read |= unread(domain, has_long(joined));
  out.read -= out.yes;
  return out;
}

ByTerms WordMatching::literal(const TextQuery& leaf, const ItemBits& domain) {
  ByTerms out(span_);
  const auto needle = needle_of(leaf.text);
  out.read = domain;
  if (needle.runs.empty() || !is_utf8(leaf.text)) return out;
  LiteralWords words(database_, work_, leaf.fields);
  if (needle.exact) {
    auto found = words.exact(needle.runs.front(), mime::fold_case(leaf.text), domain);
    // Of the exact texts, those with a word that contains it, and no other.
    const auto inexact = marked(mark::inexact);
    out.yes = found.with_text;
    out.yes -= inexact;
    if (found.complete) {
      out.read = std::move(found.with_run);
      out.read |= found.with_text;
      out.read &= inexact;
    }
  } else {
    out.read = words.candidates(needle.runs, domain);
  }
  out.read |= unread(domain, true);
  out.read |= marked(mark::unspaced);
  out.read -= out.yes;
  return out;
}

}  // namespace kontor::search
