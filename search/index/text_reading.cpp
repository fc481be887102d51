// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index/text_reading.hpp"

#include <algorithm>
#include <cstring>

#include "base/mime/decode.hpp"
#include "search/analyze/folding.hpp"
#include "search/index/stored_texts.hpp"
#include "search/index/word_pairs.hpp"

namespace kontor::search {
namespace {

// `call(text)` of each text: as it was given where that is kept, else folded. Ends when the
// call says yes.
template <class Call>
bool any_text(std::string_view stored, Fields fields, Call call) {
  StoredText text, next;
  bool more = next_text(stored, text);
  while (more) {
    more = next_text(stored, next);
    const bool replaced = more && next.given;  // it stands behind its folded form
    if (!replaced && (fields_of(text.field) & fields) != 0 && call(text)) return true;
    text = next;
  }
  return false;
}

// memmem: std::string_view looks for the first byte, which half of all Cyrillic letters share.
bool contains(std::string_view text, std::string_view needle) {
  return ::memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

// May a word end here, and another begin? What K drops is no answer.
bool may_divide(CodeClass code_class) { return code_class != CodeClass::word; }

CodeClass class_before(std::string_view text, std::size_t at) {
  if (at == 0) return CodeClass::separator;
  constexpr std::size_t k_longest = 4;
  auto begin = at - 1;
  while (begin > 0 && at - begin < k_longest &&
         (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U)
    --begin;
  return FoldTable::instance().of(decode_at(text, begin).code_point).code_class;
}

CodeClass class_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return CodeClass::separator;
  return FoldTable::instance().of(decode_at(text, at).code_point).code_class;
}

// `folded` (mime::fold_case) without the marks that K drops: in Latin, Greek and Cyrillic, where
// words are all that stands between signs. False: there is other text in it.
bool make_bare(std::string_view folded, std::string& out) {
  out.resize(folded.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[at]);
    if (lead < 0x80) {
      out[size++] = folded[at++];
      continue;
    }
    const std::size_t bytes = lead < 0xE0 ? 2 : 3;
    if (at + bytes > folded.size()) return false;
    const auto second = static_cast<unsigned char>(folded[at + 1]);
    const bool mark = lead == 0xCC || (lead == 0xCD && second < 0xB0) ||
                      (lead == 0xD2 && second >= 0x83 && second <= 0x89);
    const bool known = (lead >= 0xC2 && lead <= 0xD3) || (lead == 0xE2 && second == 0x80);
    if (!known) return false;
    for (std::size_t i = 0; i < bytes && !mark; ++i) out[size++] = folded[at + i];
    at += bytes;
  }
  out.resize(size);
  return true;
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
    for (const auto& term : terms_) {
      if (!make_bare(mime::fold_case(term), buffer_)) break;
      bare_.push_back(buffer_);
    }
    for (std::size_t i = 1; i < terms_.size(); ++i)
      pairs_.push_back(pair_of(terms_[i - 1], terms_[i]));
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

// Whether nothing but signs stands somewhere between the first two terms, marks left out of
// account: to look at all words takes many times as long.
bool TextReading::may_have_phrase(std::string_view folded) {
  if (bare_.size() < 2 || !make_bare(folded, buffer_)) return true;
  folded = buffer_;
  const auto& table = FoldTable::instance();
  const std::string_view first = bare_[0], second = bare_[1];
  std::size_t from = 0;
  while (const void* found =
             ::memmem(folded.data() + from, folded.size() - from, first.data(), first.size())) {
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - folded.data());
    from = at + 1;
    if (!may_divide(class_before(folded, at))) continue;
    auto end = at + first.size();
    while (end < folded.size()) {
      const auto decoded = decode_at(folded, end);
      const auto code_class = table.of(decoded.code_point).code_class;
      if (code_class == CodeClass::nothing || code_class == CodeClass::mixed) return true;
      if (code_class != CodeClass::separator) break;
      end += decoded.size;
    }
    if (folded.substr(end).starts_with(second) && may_divide(class_at(folded, end + second.size())))
      return true;
  }
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
    return any_text(stored, leaf_.fields, [&](const StoredText& text) {
      return (text.given || may_have_phrase(text.text)) && has_phrase(text.text);
    });
  Document document;
  any_text(stored, leaf_.fields, [&](const StoredText& text) {
    document.texts.push_back({text.field, std::string(text.text)});
    return false;
  });
  return matcher_->matches(document);
}

}  // namespace kontor::search
