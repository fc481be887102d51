// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/tokens.hpp"

namespace kontor::mime {

bool Tokens::take(char c) noexcept {
  if (!at(c)) return false;
  ++pos_;
  return true;
}

bool Tokens::skip_blanks() noexcept {
  const std::size_t begin = pos_;
  while (!at_end() && is_blank(peek())) ++pos_;
  return pos_ != begin;
}

bool Tokens::skip_cfws(std::string* comment) {
  const std::size_t begin = pos_;
  for (skip_blanks(); at('('); skip_blanks()) {
    std::string content = read_comment();
    if (comment != nullptr) *comment = std::move(content);
  }
  return pos_ != begin;
}

std::string Tokens::read_comment() {
  std::string content;
  std::size_t depth = 0;
  for (; !at_end(); ++pos_) {
    char c = peek();
    if (c == '\r' || c == '\n') continue;
    if (c == '\\' && pos_ + 1 < text_.size()) {
      content.push_back(text_[++pos_]);
      continue;
    }
    if (c == '(' && depth++ == 0) continue;
    if (c == ')' && --depth == 0) {
      ++pos_;
      break;
    }
    content.push_back(c);
  }
  return content;
}

std::string Tokens::read_quoted() {
  std::string content;
  for (++pos_; !at_end(); ++pos_) {
    const char c = peek();
    if (c == '\r' || c == '\n') continue;  // RFC 5322, 2.2.3: folding within a quoted string
    if (c == '"') {
      ++pos_;
      break;
    }
    if (c == '\\' && pos_ + 1 < text_.size()) ++pos_;
    content.push_back(peek());
  }
  return content;
}

std::string_view Tokens::read_until(std::string_view stops) noexcept {
  const std::size_t begin = pos_;
  while (!at_end() && !is_blank(peek()) && stops.find(peek()) == std::string_view::npos) ++pos_;
  return text_.substr(begin, pos_ - begin);
}

}  // namespace kontor::mime
