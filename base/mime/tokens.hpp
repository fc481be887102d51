// SPDX-License-Identifier: GPL-3.0-or-later
// Tokens: a cursor over a structured header value (RFC 5322, 3.2): blanks, comments, quoted
// strings.
//
// Pure; any bytes are accepted. Every method moves forward only, so that a value is read in linear
// time whatever stands in it: what is not closed (a quote, a comment) reaches to the end.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace kontor::mime {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}  // `text` outlives the cursor

  bool at_end() const noexcept { return pos_ >= text_.size(); }
  char peek() const noexcept { return text_[pos_]; }  // not at the end
  bool at(char c) const noexcept { return !at_end() && peek() == c; }
  void advance() noexcept { ++pos_; }
  // Passes over `c` when it is next.
  bool take(char c) noexcept;
  std::size_t position() const noexcept { return pos_; }
  void move_to(std::size_t position) noexcept { pos_ = position; }
  std::string_view text() const noexcept { return text_; }
  std::string_view rest() const noexcept { return text_.substr(pos_); }

  // White space and line breaks; says whether there were any.
  bool skip_blanks() noexcept;
  // Blanks and comments; the text of the last comment goes to `comment` when one is given.
  bool skip_cfws(std::string* comment = nullptr);
  // At '(': the comment's text, nested ones included, quoting undone.
  std::string read_comment();
  // At '"': the text within, quoting and folding undone.
  std::string read_quoted();
  // Up to a blank or a character of `stops`.
  std::string_view read_until(std::string_view stops) noexcept;

 private:
  std::string_view text_;
  std::size_t pos_ = 0;
};

}  // namespace kontor::mime
