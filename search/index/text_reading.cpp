// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/text_reading.hpp"

#include <algorithm>
#include <cstring>

#include "base/mime/decode.hpp"
#include "search/index/stored_texts.hpp"

namespace kontor::search {
namespace {

// `call(field, text)` of each text: as it was given where that is kept, else folded. Ends when the
// call says yes.
template <class Call>
bool any_text(std::string_view stored, Fields fields, Call call) {
  StoredText text, next;
  bool more = next_text(stored, text);
  while (more) {
    more = next_text(stored, next);
    const bool replaced = more && next.given;  // it stands behind its folded form
    if (!replaced && (fields_of(text.field) & fields) != 0 && call(text.field, text.text))
      return true;
    text = next;
  }
  return false;
}

// memmem: std::string_view looks for the first byte, which half of all Cyrillic letters share.
bool contains(std::string_view text, std::string_view needle) {
  return ::memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

}  // namespace

TextReading::TextReading(const TextQuery& leaf, Analyzer& analyzer)
    : leaf_(leaf), analyzer_(analyzer) {
  if (leaf.op == TextOp::literal) {
    needle_ = mime::fold_case(leaf.text);
  } else if (leaf.op == TextOp::phrase) {
    for (const auto& word : analyzer.query_words(leaf.text))
      terms_.insert(terms_.end(), word.terms.begin(), word.terms.end());
    places_.resize(terms_.size());
  } else {
    matcher_.emplace(leaf, analyzer);
  }
}

bool TextReading::has_literal(std::string_view stored) const {
  StoredText text;
  while (next_text(stored, text))
    if (!text.given && (fields_of(text.field) & leaf_.fields) != 0 && contains(text.text, needle_))
      return true;
  return false;
}

bool TextReading::has_phrase(std::string_view text) {
  for (auto& places : places_) places.clear();
  const Wanted wanted{.stems = false, .wholes = false, .names = Names::none};
  analyzer_.analyze(text, wanted, [this](const Token& token) {
    for (std::size_t i = 0; i < terms_.size(); ++i)
      if (token.term == terms_[i]) places_[i].push_back(token.position);
  });
  // Each term one place behind the one before.
  return std::ranges::any_of(places_.front(), [this](std::uint32_t first) {
    for (std::size_t i = 1; i < places_.size(); ++i)
      if (std::ranges::find(places_[i], first + i) == places_[i].end()) return false;
    return true;
  });
}

bool TextReading::is_true_of(std::string_view stored) {
  if (leaf_.op == TextOp::literal) return has_literal(stored);
  if (leaf_.op == TextOp::phrase)
    return any_text(stored, leaf_.fields,
                    [this](Field, std::string_view text) { return has_phrase(text); });
  Document document;
  any_text(stored, leaf_.fields, [&](Field field, std::string_view text) {
    document.texts.push_back({field, std::string(text)});
    return false;
  });
  return matcher_->matches(document);
}

}  // namespace kontor::search
