// SPDX-License-Identifier: GPL-3.0-or-later
// The pieces of a typed query: blanks, words, phrases. One parse uses one Scanner; the text is
// valid UTF-8.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "search/query/parse.hpp"

namespace kontor::search {

struct Piece {
  std::string text;     // of a phrase: without its marks, escapes undone
  bool quoted = false;  // a phrase
  SourceRange where;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char next() const { return done() ? '\0' : text_[at_]; }
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
  void move_to(std::size_t at) { at_ = at; }
  void advance(std::size_t bytes = 1) { at_ += bytes; }
  // Blanks of any script, control characters, marks without width.
  void skip_blanks();
  bool at_blank() const { return blank_at(at_) != 0; }
  // A word ends at blanks, parentheses and the beginning of a phrase.
  bool at_word_end() const;
  bool at_phrase() const;
  Piece word();
  // "…", «…», „…“, “…”: in it \" stands for the mark and \\ for itself.
  std::expected<Piece, QueryProblem> phrase();

 private:
  std::size_t blank_at(std::size_t at) const;  // its length; 0: none
  std::string_view text_;
  std::size_t at_ = 0;
};

// The offset of the first byte that is not UTF-8; the length when all is.
std::size_t valid_utf8_until(std::string_view text);
// Does `text` have a letter or a digit, so that there is a word in it?
bool has_word(std::string_view text);
// Are there marks of punctuation alone, which people type between words?
bool is_punctuation(std::string_view text);

}  // namespace kontor::search
