// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/lexer.hpp"

#include <limits>
#include <optional>

#include "base/core/text.hpp"

namespace kontor::sieve {
namespace {

bool is_word_start(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || c == '_';
}

class Lexer {
 public:
  explicit Lexer(std::string_view script) : script_(script) {}

  Outcome<std::vector<Token>> run() {
    for (;;) {
      skip_blanks();
      if (problem_) return std::unexpected(*std::move(problem_));
      Token token;
      token.at = at_;
      if (at_end()) {
        tokens_.push_back(std::move(token));
        return std::move(tokens_);
      }
      read(token);
      if (problem_) return std::unexpected(*std::move(problem_));
      tokens_.push_back(std::move(token));
    }
  }

 private:
  bool at_end() const { return pos_ >= script_.size(); }
  char peek() const { return at_end() ? '\0' : script_[pos_]; }

  void advance() {
    const char c = script_[pos_++];
    if (c == '\n') {
      ++at_.line;
      at_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++at_.column;  // bytes that go on with a character are not counted
    }
  }
  void advance(std::size_t count) {
    while (count-- > 0 && !at_end()) advance();
  }

  void complain(Position at, Complaint what, std::string detail = {}) {
    if (!problem_) problem_ = Problem{at, what, std::move(detail)};
  }

  void skip_blanks() {
    while (!at_end()) {
      const char c = peek();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        advance();
      } else if (c == '#') {
        while (!at_end() && peek() != '\n') advance();
      } else if (script_.substr(pos_).starts_with("/*")) {
        skip_comment();
      } else {
        return;
      }
    }
  }

  void skip_comment() {
    const auto begin = at_;
    const auto end = script_.find("*/", pos_ + 2);
    if (end == std::string_view::npos) complain(begin, Complaint::open_comment);
    advance(std::min(end, script_.size() - 2) + 2 - pos_);
  }

  void read(Token& token) {
    const char c = peek();
    if (c == '"') return read_quoted(token);
    if (is_digit(c)) return read_number(token);
    if (is_word_start(c)) return read_word(token);
    if (c == ':' && pos_ + 1 < script_.size() && is_word_start(script_[pos_ + 1])) {
      advance();
      token.kind = TokenKind::tag;
      token.text = word();
      return;
    }
    constexpr std::string_view k_signs = "(){}[],;";
    const auto sign = k_signs.find(c);
    if (sign == std::string_view::npos) {
      complain(token.at, Complaint::bad_character, c < ' ' ? "?" : std::string(1, c));
      return;
    }
    token.kind =
        static_cast<TokenKind>(static_cast<int>(TokenKind::left_paren) + static_cast<int>(sign));
    advance();
  }

  std::string word() {
    const auto begin = pos_;
    while (is_word_start(peek()) || is_digit(peek())) advance();
    return to_lower(script_.substr(begin, pos_ - begin));
  }

  void read_word(Token& token) {
    token.kind = TokenKind::identifier;
    token.text = word();
    if (token.text == "text" && peek() == ':') {
      advance();
      read_multiline(token);
    }
  }

  void read_number(Token& token) {
    token.kind = TokenKind::number;
    const auto begin = pos_;
    while (is_digit(peek())) advance();
    const auto digits = script_.substr(begin, pos_ - begin);
    unsigned shift = 0;
    switch (ascii_lower(peek())) {  // RFC 5228, 2.4.1
      case 'k':
        shift = 10;
        break;
      case 'm':
        shift = 20;
        break;
      case 'g':
        shift = 30;
        break;
      default:
        break;
    }
    if (shift != 0) advance();
    const auto value = parse_number<std::uint64_t>(digits);
    if (!value || *value > (std::numeric_limits<std::uint64_t>::max() >> (shift + 1)) ||
        is_word_start(peek()))
      return complain(token.at, Complaint::bad_number,
                      std::string(script_.substr(begin, pos_ - begin)));
    token.number = *value << shift;
  }

  // RFC 5228, 2.4.2: only the quote and the backslash need one before them.
  void read_quoted(Token& token) {
    token.kind = TokenKind::string;
    advance();
    while (!at_end() && peek() != '"') {
      if (peek() == '\\') advance();
      if (at_end()) break;
      token.text.push_back(peek());
      advance();
    }
    if (at_end()) return complain(token.at, Complaint::open_string);
    advance();
  }

  // Behind "text:".
  void read_multiline(Token& token) {
    token.kind = TokenKind::string;
    while (peek() == ' ' || peek() == '\t') advance();
    if (peek() == '#')
      while (!at_end() && peek() != '\n') advance();
    if (peek() == '\r') advance();
    if (peek() != '\n') return complain(at_, Complaint::open_text);
    advance();
    while (!at_end()) {
      const auto end = script_.find('\n', pos_);
      if (end == std::string_view::npos) {
        const bool is_dot = script_.substr(pos_) == ".";  // the last line may lack its end
        advance(script_.size() - pos_);
        if (is_dot) return;
        break;
      }
      auto line = script_.substr(pos_, end - pos_);
      advance(end + 1 - pos_);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line == ".") return;
      if (line.starts_with("..")) line.remove_prefix(1);
      token.text.append(line).append("\r\n");
    }
    complain(token.at, Complaint::open_text);
  }

  std::string_view script_;
  std::size_t pos_ = 0;
  Position at_;
  std::vector<Token> tokens_;
  std::optional<Problem> problem_;
};

}  // namespace

Outcome<std::vector<Token>> lex(std::string_view script, const Limits& limits) {
  if (script.size() > limits.max_script)
    return std::unexpected(Problem{{}, Complaint::too_large, std::to_string(limits.max_script)});
  if (!is_utf8(script) || script.contains('\0'))
    return std::unexpected(Problem{{}, Complaint::not_utf8, {}});
  return Lexer(script).run();
}

}  // namespace kontor::sieve
