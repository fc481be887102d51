// SPDX-License-Identifier: GPL-3.0-or-later
// By recursive descent, NOT before AND before OR. A key makes what follows it its own: a word, a
// phrase, or all of a parenthesis.
#include "search/query/parse.hpp"

#include <algorithm>
#include <optional>

#include "base/core/text.hpp"
#include "search/query/keys.hpp"
#include "search/query/periods.hpp"
#include "search/query/scanner.hpp"
#include "search/query/values.hpp"

namespace kontor::search {
namespace {

// Nothing: marks between words that say nothing.
using Parsed = std::expected<std::optional<Query>, QueryProblem>;

constexpr KeyWord k_bare{"", Key::text, k_people_fields};

Query node_of(QueryOp op, SourceRange range) {
  Query query;
  query.op = op;
  query.range = range;
  return query;
}

// Adds to all or any; what is of the same kind comes in with its children.
void add_child(Query& parent, Query child) {
  parent.range.end = child.range.end;
  if (child.op != parent.op) {
    parent.children.push_back(std::move(child));
    return;
  }
  for (auto& inner : child.children) parent.children.push_back(std::move(inner));
}

class Parser {
 public:
  Parser(std::string_view text, const QueryTime& time) : text_(text), scan_(text), time_(time) {}

  std::expected<Query, QueryProblem> run();

 private:
  struct Head {  // "size>"
    const KeyWord* key = nullptr;
    std::string_view comparison;
  };

  Parsed either(const KeyWord& key);
  Parsed both(const KeyWord& key);
  Parsed one(const KeyWord& key);
  Parsed negated(const KeyWord& key, std::size_t begin);
  Parsed group(const KeyWord& key, std::size_t begin);
  Parsed keyed(const Head& head, std::size_t begin);
  Parsed value(const KeyWord& key, std::string_view comparison, std::size_t begin);
  std::expected<Head, QueryProblem> head();
  std::string_view name_here() const;
  Piece time_words();
  Operator operator_here() const;
  void take_operator();
  std::optional<QueryProblem> count(const Piece& piece);

  std::unexpected<QueryProblem> refuse(SourceRange where,
                                       std::string english,
                                       std::string russian,
                                       std::string instead = {}) const {
    return std::unexpected(
        QueryProblem{where, std::move(english), std::move(russian), std::move(instead)});
  }

  std::string_view text_;
  Scanner scan_;
  const QueryTime& time_;
  std::size_t terms_ = 0;
  std::size_t depth_ = 0;
};

std::expected<Query, QueryProblem> Parser::run() {
  if (text_.size() > k_max_query_bytes)
    return refuse({k_max_query_bytes, text_.size()}, "The query is longer than 65536 bytes.",
                  "Запрос длиннее 65536 байтов.");
  if (const auto valid = valid_utf8_until(text_); valid < text_.size())
    return refuse({valid, valid + 1}, "From here on the query is not UTF-8.",
                  "Отсюда запрос не в кодировке UTF-8.");
  scan_.skip_blanks();
  if (trim(scan_.rest()) == "*") return node_of(QueryOp::all, {0, text_.size()});
  auto found = either(k_bare);
  if (!found) return std::unexpected(std::move(found).error());
  if (!scan_.done())
    return refuse({scan_.at(), scan_.at() + 1}, "This ) closes no parenthesis.",
                  "Эта скобка ) ничего не закрывает.");
  if (!*found) return refuse({0, text_.size()}, "There is nothing to look for.", "Нечего искать.");
  return **std::move(found);
}

// The word here that is an operator, if it is one and has blanks or a parenthesis behind it.
Operator Parser::operator_here() const {
  auto ahead = scan_;
  if (ahead.at_phrase()) return Operator::none;
  return find_operator(ahead.word().text);
}

void Parser::take_operator() {
  static_cast<void>(scan_.word());
  scan_.skip_blanks();
}

Parsed Parser::either(const KeyWord& key) {
  scan_.skip_blanks();
  auto out = node_of(QueryOp::any, {scan_.at(), scan_.at()});
  while (true) {
    auto part = both(key);
    if (!part) return part;
    if (*part) add_child(out, **std::move(part));
    scan_.skip_blanks();
    if (scan_.done() || scan_.next() == ')') break;
    const auto at = scan_.at();
    take_operator();  // both() leaves off at an OR
    if (out.children.empty() || !*part)
      return refuse({at, scan_.at()}, "There is nothing before this OR.",
                    "Перед этим ИЛИ ничего нет.");
    if (scan_.done() || scan_.next() == ')')
      return refuse({at, scan_.at()}, "There is nothing behind this OR.",
                    "После этого ИЛИ ничего нет.");
  }
  if (out.children.empty()) return std::optional<Query>();
  if (out.children.size() > 1) return std::optional(std::move(out));
  auto only = std::move(out.children.front());
  return std::optional(std::move(only));
}

Parsed Parser::both(const KeyWord& key) {
  auto out = node_of(QueryOp::all, {scan_.at(), scan_.at()});
  while (true) {
    scan_.skip_blanks();
    if (scan_.done() || scan_.next() == ')') break;
    const auto op = operator_here();
    if (op == Operator::either) break;
    if (op == Operator::both) {
      const auto at = scan_.at();
      take_operator();
      const bool ends = scan_.done() || scan_.next() == ')' ||
                        operator_here() == Operator::either || operator_here() == Operator::both;
      if (out.children.empty() || ends)
        return refuse({at, scan_.at()}, "An AND stands between two things to look for.",
                      "И ставится между двумя условиями.");
    }
    auto part = one(key);
    if (!part) return part;
    if (*part) add_child(out, **std::move(part));
  }
  if (out.children.empty()) return std::optional<Query>();
  if (out.children.size() > 1) return std::optional(std::move(out));
  auto only = std::move(out.children.front());
  return std::optional(std::move(only));
}

Parsed Parser::one(const KeyWord& key) {
  const auto begin = scan_.at();
  if (operator_here() == Operator::negated) {
    take_operator();
    if (scan_.done() || scan_.next() == ')')
      return refuse({begin, scan_.at()}, "There is nothing behind this NOT.",
                    "После этого НЕ ничего нет.");
    return negated(key, begin);
  }
  if (scan_.next() == '-') {
    auto behind = scan_;
    behind.advance();
    const bool negates =
        !behind.done() && behind.next() != '-' && behind.next() != ')' && !behind.at_blank();
    if (negates) {
      scan_ = behind;
      return negated(key, begin);
    }
  }
  if (scan_.next() == '(') return group(key, begin);
  auto found = head();
  if (!found) return std::unexpected(std::move(found).error());
  if (found->key != nullptr) return keyed(*found, begin);
  auto behind = scan_;
  const auto word = behind.word();
  if (!word.text.empty() && !word.text.contains('*') && is_punctuation(word.text)) {
    scan_ = behind;
    return std::optional<Query>();
  }
  return value(key, ":", begin);
}

Parsed Parser::negated(const KeyWord& key, std::size_t begin) {
  if (++depth_ > k_max_query_depth)
    return refuse({begin, scan_.at()}, "The query is nested too deeply.",
                  "У запроса слишком много вложенных скобок и отрицаний.");
  auto inner = one(key);
  --depth_;
  if (!inner || !*inner) return inner;
  auto out = node_of(QueryOp::none_of, {begin, scan_.at()});
  out.children.push_back(**std::move(inner));
  return std::optional(std::move(out));
}

Parsed Parser::group(const KeyWord& key, std::size_t begin) {
  if (++depth_ > k_max_query_depth)
    return refuse({begin, begin + 1}, "The query is nested too deeply.",
                  "У запроса слишком много вложенных скобок и отрицаний.");
  scan_.advance();
  auto inner = either(key);
  --depth_;
  if (!inner) return inner;
  if (scan_.next() != ')')
    return refuse({begin, begin + 1}, "This parenthesis is not closed.", "Эта скобка не закрыта.");
  scan_.advance();
  if (!*inner)
    return refuse({begin, scan_.at()}, "There is nothing between these parentheses.",
                  "Между этими скобками ничего нет.");
  (*inner)->range = {begin, scan_.at()};
  return inner;
}

// Letters and '-' from here on.
std::string_view Parser::name_here() const {
  const auto rest = scan_.rest();
  const auto end = std::ranges::find_if(rest, [](char c) {
    const bool is_letter = ascii_lower(c) != ascii_upper(c) || (c & 0x80) != 0;
    return !is_letter && c != '-';
  });
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

// "from:", "size>="; nothing when the word that begins here is none. A key that does not exist is
// a problem, unless the word is an address as http://x, or ends with its colon as "Re:".
std::expected<Parser::Head, QueryProblem> Parser::head() {
  if (scan_.at_phrase()) return Head{};
  const auto name = name_here();
  const auto begin = scan_.at();
  auto behind = scan_;
  behind.advance(name.size());
  if (name.empty() || behind.done()) return Head{};
  const auto* key = find_key(name);
  const auto rest = behind.rest();
  std::string_view comparison;
  for (const std::string_view mark : {":", ">=", "<=", ">", "<", "="})
    if (comparison.empty() && rest.starts_with(mark)) comparison = rest.substr(0, mark.size());
  if (comparison.empty()) return Head{};
  if (key != nullptr && (comparison == ":" || is_compared(key->key))) {
    scan_ = behind;
    scan_.advance(comparison.size());
    return Head{key, comparison};
  }
  behind.advance();
  if (comparison != ":" || behind.rest().starts_with("/") || behind.rest().starts_with("\\") ||
      behind.rest().starts_with(":") || behind.done() || behind.at_blank() || behind.next() == ')')
    return Head{};
  const auto near = nearest_key(name);
  auto english = "There is no key \"" + std::string(name) + "\".";
  auto russian = "Нет ключа «" + std::string(name) + "».";
  if (!near.empty()) {
    english += " Did you mean \"" + std::string(near) + ":\"?";
    russian += " Возможно, имелось в виду «" + std::string(near) + ":»?";
  }
  english += " A text with a colon is put in quotation marks.";
  russian += " Текст с двоеточием берут в кавычки.";
  return refuse({begin, begin + name.size()}, std::move(english), std::move(russian),
                std::string(near));
}

Parsed Parser::keyed(const Head& head, std::size_t begin) {
  scan_.skip_blanks();
  if (scan_.done() || scan_.next() == ')')
    return refuse({begin, scan_.at()}, "There is nothing behind this key.",
                  "После этого ключа ничего нет.");
  if (scan_.next() != '(') return value(*head.key, head.comparison, begin);
  if (head.comparison != ":")
    return refuse({begin, scan_.at()}, "Behind < and > there is one value.",
                  "После < и > пишут одно значение.");
  return group(*head.key, begin);
}

// "last week" is one value; "yesterday договор" is not.
Piece Parser::time_words() {
  auto first = scan_.word();
  if (first.text.empty() || is_digit(first.text.front())) return first;
  auto ahead = scan_;
  ahead.skip_blanks();
  if (ahead.at_word_end()) return first;
  const auto second = ahead.word();
  Piece joined{first.text + '-' + second.text, false, {first.where.begin, second.where.end}};
  if (!read_period(joined.text, time_)) return first;
  scan_ = ahead;
  return joined;
}

std::optional<QueryProblem> Parser::count(const Piece& piece) {
  ++terms_;
  bool in_word = false;  // the words of a phrase count one by one
  std::size_t words = 0;
  for (const char c : piece.text) {
    const bool is_blank = static_cast<unsigned char>(c) <= 0x20;
    if (!is_blank && !in_word) ++words;
    in_word = !is_blank;
  }
  if (words > 1) terms_ += words - 1;
  if (terms_ <= k_max_query_terms) return std::nullopt;
  return QueryProblem{piece.where,
                      "The query has more than 256 words and conditions.",
                      "В запросе больше 256 слов и условий.",
                      {}};
}

Parsed Parser::value(const KeyWord& key, std::string_view comparison, std::size_t begin) {
  Piece piece;
  if (scan_.at_phrase()) {
    auto phrase = scan_.phrase();
    if (!phrase) return std::unexpected(std::move(phrase).error());
    piece = *std::move(phrase);
  } else {
    piece = takes_time(key.key) ? time_words() : scan_.word();
  }
  if (auto problem = count(piece)) return std::unexpected(*std::move(problem));
  auto leaf = leaf_of(key, comparison, piece, time_);
  if (!leaf) return std::unexpected(std::move(leaf).error());
  auto out = node_of(QueryOp::leaf, {begin, scan_.at()});
  out.leaf = *std::move(leaf);
  return std::optional(std::move(out));
}

}  // namespace

std::expected<Query, QueryProblem> parse_query(std::string_view text, const QueryTime& time) {
  return Parser(text, time).run();
}

}  // namespace kontor::search
