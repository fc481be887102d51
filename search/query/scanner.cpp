// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/query/scanner.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "search/analyze/folding.hpp"

namespace kontor::search {
namespace {

constexpr auto k_wide_blanks = std::to_array<std::string_view>(
    {"\u00A0", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
     "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u200E",
     "\u200F", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"});

struct Quotes {
  std::string_view open;
  std::array<std::string_view, 2> close;
};
constexpr auto k_quotes = std::to_array<Quotes>({
    {"\"", {"\"", "\""}},
    {"«", {"»", "»"}},
    {"„", {"“", "”"}},
    {"“", {"”", "”"}},
    {"”", {"”", "”"}},
});

const Quotes* quotes_at(std::string_view rest) {
  const auto found = std::ranges::find_if(
      k_quotes, [&](const Quotes& quotes) { return rest.starts_with(quotes.open); });
  return found == k_quotes.end() ? nullptr : &*found;
}

// Marks beyond ASCII that people type between words.
constexpr auto k_marks = std::to_array<std::string_view>(
    {"–", "—", "―", "‐", "‑", "‒", "−", "…", "·", "•", "«", "»", "„", "“", "”", "‘", "’", "§"});

}  // namespace

std::size_t Scanner::blank_at(std::size_t at) const {
  if (at >= text_.size()) return 0;
  const auto byte = static_cast<unsigned char>(text_[at]);
  if (byte <= 0x20 || byte == 0x7F) return 1;
  if (byte < 0x80) return 0;
  const auto rest = text_.substr(at);
  const auto found = std::ranges::find_if(
      k_wide_blanks, [&](std::string_view blank) { return rest.starts_with(blank); });
  return found == k_wide_blanks.end() ? 0 : found->size();
}

void Scanner::skip_blanks() {
  while (const auto length = blank_at(at_)) at_ += length;
}

bool Scanner::at_phrase() const { return quotes_at(rest()) != nullptr; }

bool Scanner::at_word_end() const {
  return done() || at_blank() || next() == '(' || next() == ')' || at_phrase();
}

Piece Scanner::word() {
  Piece piece;
  piece.where.begin = at_;
  while (!at_word_end()) {
    piece.text += next();
    advance();
  }
  piece.where.end = at_;
  return piece;
}

std::expected<Piece, QueryProblem> Scanner::phrase() {
  const auto* quotes = quotes_at(rest());
  Piece piece;
  piece.quoted = true;
  piece.where.begin = at_;
  advance(quotes->open.size());
  while (!done()) {
    const auto here = rest();
    const auto close = std::ranges::find_if(
        quotes->close, [&](std::string_view mark) { return here.starts_with(mark); });
    if (close != quotes->close.end()) {
      advance(close->size());
      piece.where.end = at_;
      return piece;
    }
    if (here.starts_with("\\\\") || here.starts_with("\\\"")) advance();
    piece.text += next();
    advance();
  }
  return std::unexpected(QueryProblem{{piece.where.begin, text_.size()},
                                      "This quotation mark is not closed.",
                                      "Эта кавычка не закрыта.",
                                      {}});
}

std::size_t valid_utf8_until(std::string_view text) {
  if (is_utf8(text)) return text.size();
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t length = 1;
    while (at + length < text.size() && length < 4 && (text[at + length] & 0xC0) == 0x80) ++length;
    if (!is_utf8(text.substr(at, length))) break;
    at += length;
  }
  return at;
}

bool has_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = decode_at(text, at);
    const auto what = FoldTable::instance().of(next.code_point).code_class;
    if (what == CodeClass::word || what == CodeClass::unspaced || what == CodeClass::mixed)
      return true;
    at += next.size;
  }
  return false;
}

bool is_punctuation(std::string_view text) {
  while (!text.empty()) {
    const auto mark = std::ranges::find_if(
        k_marks, [&](std::string_view known) { return text.starts_with(known); });
    if (mark != k_marks.end()) {
      text.remove_prefix(mark->size());
    } else if (text.front() > 0x20 && text.front() < 0x7F && !is_digit(text.front()) &&
               ascii_lower(text.front()) == ascii_upper(text.front())) {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace kontor::search
