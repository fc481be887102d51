// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/syntax.hpp"

#include <optional>

namespace kontor::sieve {
namespace {

class Parser {
 public:
  Parser(std::vector<Token> tokens, const Limits& limits)
      : tokens_(std::move(tokens)), limits_(limits) {}

  Outcome<std::vector<Invocation>> run() {
    auto out = commands(0);
    if (!problem_ && !at(TokenKind::end)) expect("a command");
    if (problem_) return std::unexpected(*std::move(problem_));
    return out;
  }

 private:
  const Token& now() const { return tokens_[pos_]; }
  bool at(TokenKind kind) const { return now().kind == kind; }
  bool take(TokenKind kind) {
    if (!at(kind)) return false;
    if (kind != TokenKind::end) ++pos_;
    return true;
  }
  void complain(Position where, Complaint what, std::string detail) {
    if (!problem_) problem_ = Problem{where, what, std::move(detail)};
  }
  void expect(std::string what) { complain(now().at, Complaint::expected, std::move(what)); }

  // One more command or test, so deep.
  bool enter(std::uint32_t depth) {
    if (depth > limits_.max_nesting)
      complain(now().at, Complaint::too_deep, std::to_string(limits_.max_nesting));
    if (++count_ > limits_.max_commands)
      complain(now().at, Complaint::too_long, std::to_string(limits_.max_commands));
    return !problem_;
  }

  std::vector<Invocation> commands(std::uint32_t depth) {
    std::vector<Invocation> out;
    while (!problem_ && at(TokenKind::identifier)) out.push_back(command(depth));
    return out;
  }

  Invocation command(std::uint32_t depth) {
    Invocation out;
    if (!enter(depth)) return out;
    name_and_arguments(out, depth);
    if (problem_) return out;
    if (take(TokenKind::left_brace)) {
      out.has_block = true;
      out.block = commands(depth + 1);
      if (!problem_ && !take(TokenKind::right_brace)) expect("}");
    } else if (!take(TokenKind::semicolon)) {
      expect(";");
    }
    return out;
  }

  void name_and_arguments(Invocation& out, std::uint32_t depth) {
    out.at = now().at;
    out.name = now().text;
    ++pos_;
    while (!problem_ && is_argument()) out.arguments.push_back(argument());
    if (problem_) return;
    if (at(TokenKind::identifier)) {
      out.tests.push_back(test(depth + 1));
    } else if (take(TokenKind::left_paren)) {
      out.has_list = true;
      do {
        out.tests.push_back(test(depth + 1));
      } while (!problem_ && take(TokenKind::comma));
      if (!problem_ && !take(TokenKind::right_paren)) expect(")");
    }
  }

  Invocation test(std::uint32_t depth) {
    Invocation out;
    if (!enter(depth)) return out;
    if (at(TokenKind::identifier))
      name_and_arguments(out, depth);
    else
      expect("a test");
    return out;
  }

  bool is_argument() const {
    return at(TokenKind::tag) || at(TokenKind::number) || at(TokenKind::string) ||
           at(TokenKind::left_bracket);
  }

  Argument argument() {
    Argument out;
    out.at = now().at;
    if (at(TokenKind::tag)) {
      out.tag = now().text;
    } else if (at(TokenKind::number)) {
      out.kind = Argument::Kind::number;
      out.number = now().number;
    } else if (at(TokenKind::string)) {
      out.kind = Argument::Kind::string;
      out.strings.push_back(std::move(tokens_[pos_].text));
    } else {
      out.kind = Argument::Kind::list;
      do {
        ++pos_;  // the bracket, or a comma
        if (!at(TokenKind::string)) {
          expect("\"…\"");
          return out;
        }
        out.strings.push_back(std::move(tokens_[pos_].text));
        ++pos_;
      } while (at(TokenKind::comma));
      if (!at(TokenKind::right_bracket)) {
        expect("]");
        return out;
      }
    }
    ++pos_;
    return out;
  }

  std::vector<Token> tokens_;
  const Limits& limits_;
  std::size_t pos_ = 0;
  std::uint32_t count_ = 0;
  std::optional<Problem> problem_;
};

}  // namespace

Outcome<std::vector<Invocation>> parse_syntax(std::string_view script, const Limits& limits) {
  auto tokens = lex(script, limits);
  if (!tokens) return std::unexpected(std::move(tokens).error());
  return Parser(*std::move(tokens), limits).run();
}

}  // namespace kontor::sieve
