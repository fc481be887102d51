// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/content.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"
#include "base/mime/tokens.hpp"

namespace kontor::mime {
namespace {

// A parameter as written: name in lower case with its RFC 2231 marks.
struct RawParameter {
  std::string name;
  std::string value;
};

// One piece of a parameter: `name`, `name*`, `name*N` or `name*N*`.
struct Piece {
  std::string name;
  std::uint32_t number = 0;
  bool continued = false;  // has a number
  bool extended = false;   // ends with '*'
  std::string value;
};

// An unquoted value. Blanks inside are kept up to the next ';' (names of files are often written
// so); a comment that ends the value is dropped, one in the midst of it is text.
class LooseValue {
 public:
  explicit LooseValue(Tokens& tokens) : tokens_(tokens) {}

  std::string read() {
    while (!tokens_.at_end() && !tokens_.at(';')) {
      const char c = tokens_.peek();
      if (c == '(' && (value_.empty() || is_blank(value_.back())) && !unclosed_)
        read_comment();
      else if (c == '"' && trim(value_).empty())
        return tokens_.read_quoted();
      else
        push(c);
    }
    return std::string(trim(value_));
  }

 private:
  void push(char c) {
    if (c != '\r' && c != '\n') value_.push_back(c);
    tokens_.advance();
  }
  void read_comment() {
    const std::size_t begin = tokens_.position();
    tokens_.read_comment();
    const auto written = tokens_.text().substr(begin, tokens_.position() - begin);
    if (!written.ends_with(')')) {  // never closed: text after all, and not tried again
      unclosed_ = true;
      tokens_.move_to(begin);
      return;
    }
    if (!tokens_.at_end() && !tokens_.at(';') && !is_blank(tokens_.peek())) value_.append(written);
  }

  Tokens& tokens_;
  std::string value_;
  bool unclosed_ = false;
};

std::vector<RawParameter> read_parameters(Tokens& tokens) {
  std::vector<RawParameter> parameters;
  while (parameters.size() < k_max_parameters) {
    tokens.skip_cfws();
    while (tokens.take(';')) tokens.skip_cfws();
    if (tokens.at_end()) break;
    std::string name = to_lower(tokens.read_until("=;("));
    tokens.skip_cfws();
    if (!tokens.take('=')) {  // no value: pass over what stands there
      if (name.empty() && !tokens.at_end() && !tokens.at(';')) tokens.advance();
      continue;
    }
    tokens.skip_blanks();
    std::string value = LooseValue(tokens).read();
    if (!name.empty()) parameters.push_back({std::move(name), std::move(value)});
  }
  return parameters;
}

Piece as_piece(RawParameter&& raw) {
  Piece piece{.name = std::move(raw.name), .value = std::move(raw.value)};
  if (piece.name.size() > 1 && piece.name.ends_with('*')) {
    piece.extended = true;
    piece.name.pop_back();
  }
  const auto star = piece.name.rfind('*');
  if (star == std::string::npos || star == 0) return piece;
  const auto number = parse_number<std::uint32_t>(std::string_view(piece.name).substr(star + 1));
  if (!number) return piece;
  piece.number = *number;
  piece.continued = true;
  piece.name.resize(star);
  return piece;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_decode(text.substr(i + 1, 2)) : Result<std::string>("");
    if (text[i] == '%' && byte.has_value() && byte->size() == 1) {
      out.append(*byte);
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// What of a text may stand in an extended value without percent (RFC 2231, 7: attribute-char).
std::string percent_encode(std::string_view text) {
  constexpr std::string_view k_plain = "!#$&+-.^_`{|}~";
  constexpr std::string_view k_hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto lower = ascii_lower(c);
    if (is_digit(c) || (lower >= 'a' && lower <= 'z') || k_plain.find(c) != std::string::npos) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(k_hex[static_cast<unsigned char>(c) >> 4]);
    out.push_back(k_hex[static_cast<unsigned char>(c) & 15U]);
  }
  return out;
}

// charset'language'value; the charset is empty when the marks are missing.
struct Extended {
  std::string_view charset;
  std::string_view language;
  std::string_view value;
};
Extended split_extended(std::string_view text) {
  const auto first = text.find('\'');
  const auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
  if (second == std::string_view::npos) return {{}, {}, text};
  return {text.substr(0, first), text.substr(first + 1, second - first - 1),
          text.substr(second + 1)};
}

using Pieces = std::vector<Piece>;

// RFC 2231, 3 and 4: pieces in order, those with '*' percent-decoded, then the charset undone.
Parameter decode_pieces(std::string name, Pieces::iterator begin, Pieces::iterator end) {
  std::string bytes;
  std::optional<std::string> charset;
  for (auto piece = begin; piece != end; ++piece) {
    if (!piece->extended) {
      bytes.append(piece->value);
      continue;
    }
    Extended parts{{}, {}, piece->value};
    if (piece == begin) {
      parts = split_extended(piece->value);
      charset = std::string(parts.charset);
    }
    bytes.append(percent_decode(parts.value));
  }
  if (charset) bytes = to_utf8(bytes, *charset);
  return {std::move(name), std::move(bytes)};
}

// RFC 2231, 6 and 8: continuations joined, character set information left to the client.
Parameter join_pieces(std::string name, Pieces::iterator begin, Pieces::iterator end) {
  const bool extended = std::any_of(begin, end, [](const Piece& p) { return p.extended; });
  if (!extended) {
    std::string value;
    for (auto piece = begin; piece != end; ++piece) value.append(piece->value);
    return {std::move(name), std::move(value)};
  }
  std::string value = begin->extended ? "" : "''";
  for (auto piece = begin; piece != end; ++piece)
    value.append(piece->extended ? piece->value : percent_encode(piece->value));
  return {std::move(name) + "*", std::move(value)};
}

using Finish = Parameter (*)(std::string, Pieces::iterator, Pieces::iterator);

// Brings the pieces of one name together, in the order in which names first appear. Of a name given
// twice the first counts; `name*` wins over `name` (RFC 5987, 4.2, and what senders mean).
std::vector<Parameter> assemble(std::vector<RawParameter> raw, Finish finish) {
  std::vector<std::pair<std::size_t, Piece>> ordered;
  for (auto& parameter : raw) ordered.emplace_back(ordered.size(), as_piece(std::move(parameter)));
  const auto rank = [](const Piece& p) { return p.continued ? 1 : p.extended ? 0 : 2; };
  std::ranges::sort(ordered, {}, [&](const auto& item) {
    const auto& [position, piece] = item;
    return std::tuple(std::string_view(piece.name), rank(piece), piece.number, position);
  });
  std::vector<std::pair<std::size_t, Parameter>> finished;
  for (std::size_t i = 0; i < ordered.size();) {
    const std::string name = ordered[i].second.name;
    const bool continued = ordered[i].second.continued;
    std::size_t first = ordered.size();
    Pieces pieces;
    for (; i < ordered.size() && ordered[i].second.name == name; ++i) {
      first = std::min(first, ordered[i].first);
      if (pieces.empty() || (continued && ordered[i].second.continued &&
                             ordered[i].second.number == pieces.back().number + 1))
        pieces.push_back(std::move(ordered[i].second));
    }
    finished.emplace_back(first, finish(name, pieces.begin(), pieces.end()));
  }
  std::ranges::sort(finished, {}, [](const auto& item) { return item.first; });
  std::vector<Parameter> parameters;
  for (auto& [position, parameter] : finished) parameters.push_back(std::move(parameter));
  return parameters;
}

Parametrized parse_with(std::string_view value, Finish finish) {
  Tokens tokens(value);
  Parametrized result;
  tokens.skip_cfws();
  if (tokens.at('"'))
    result.word = to_lower(trim(tokens.read_quoted()));
  else
    while (true) {  // blanks and comments may stand around the '/' (RFC 2045, 5.1)
      result.word += to_lower(tokens.read_until(";(\""));
      tokens.skip_cfws();
      if (!tokens.at('/') && !result.word.ends_with('/')) break;
      if (tokens.at_end() || tokens.at(';') || tokens.at('"')) break;
    }
  result.parameters = assemble(read_parameters(tokens), finish);
  return result;
}

}  // namespace

Parametrized parse_parametrized(std::string_view value) { return parse_with(value, decode_pieces); }

Parametrized parse_parametrized_for_imap(std::string_view value) {
  return parse_with(value, join_pieces);
}

bool split_media_type(std::string_view word, std::string& type, std::string& subtype) {
  const auto slash = word.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == word.size()) return false;
  if (word.find('/', slash + 1) != std::string_view::npos) return false;
  type = std::string(word.substr(0, slash));
  subtype = std::string(word.substr(slash + 1));
  return true;
}

std::string parse_encoding(std::string_view value) {
  Tokens tokens(value);
  tokens.skip_cfws();
  const std::string word =
      tokens.at('"') ? to_lower(trim(tokens.read_quoted())) : to_lower(tokens.read_until(";("));
  return word.empty() ? "7bit" : word;
}

}  // namespace kontor::mime
