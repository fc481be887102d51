// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap_client/reply.hpp"

#include <algorithm>
#include <array>

#include "base/core/text.hpp"

namespace kontor::imap_client {
namespace {

constexpr std::size_t k_max_depth = 20;

class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const {
    return at_ >= bytes_.size() || bytes_.substr(at_) == "\r\n" || bytes_.substr(at_) == "\n";
  }
  void skip_blanks() {
    while (at_ < bytes_.size() && bytes_[at_] == ' ') ++at_;
  }
  std::string_view rest() const {
    auto out = bytes_.substr(std::min(at_, bytes_.size()));
    while (out.ends_with('\n') || out.ends_with('\r')) out.remove_suffix(1);
    return out;
  }
  std::string_view word() {
    const auto begin = at_;
    while (at_ < bytes_.size() && bytes_[at_] != ' ' && bytes_[at_] != '\r' && bytes_[at_] != '\n')
      ++at_;
    const auto out = bytes_.substr(begin, at_ - begin);
    skip_blanks();
    return out;
  }

  Result<Value> value(std::size_t depth) {
    if (at_ >= bytes_.size()) return fail(Errc::bad_input, "a response that ends too early");
    const char c = bytes_[at_];
    if (c == '(') return list(depth);
    if (c == '"') return quoted_string();
    if (c == '{' || (c == '~' && bytes_.substr(at_, 2) == "~{")) return literal();
    return atom();
  }

 private:
  Result<Value> list(std::size_t depth) {
    if (depth == k_max_depth) return fail(Errc::limit, "lists lie too deep in a response");
    Value out;
    out.kind = Value::Kind::list;
    ++at_;
    for (;;) {
      skip_blanks();
      if (at_ >= bytes_.size()) return fail(Errc::bad_input, "a list without an end");
      if (bytes_[at_] == ')') break;
      KONTOR_TRY(auto item, value(depth + 1));
      out.items.push_back(std::move(item));
    }
    ++at_;
    return out;
  }

  Result<Value> quoted_string() {
    Value out;
    out.kind = Value::Kind::text;
    for (++at_; at_ < bytes_.size() && bytes_[at_] != '"'; ++at_) {
      if (bytes_[at_] == '\\') ++at_;
      if (at_ < bytes_.size()) out.text += bytes_[at_];
    }
    if (at_ >= bytes_.size()) return fail(Errc::bad_input, "a string without an end");
    ++at_;
    return out;
  }

  Result<Value> literal() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) return fail(Errc::bad_input, "a literal without bytes");
    const auto size = literal_behind(bytes_.substr(at_, end + 1 - at_));
    if (!size || *size > bytes_.size() - end - 1)
      return fail(Errc::bad_input, "a literal that is cut short");
    Value out;
    out.kind = Value::Kind::text;
    out.text = bytes_.substr(end + 1, *size);
    at_ = end + 1 + *size;
    return out;
  }

  // Up to a blank or parenthesis; what stands in brackets is part of it: BODY[HEADER.FIELDS (A)].
  Result<Value> atom() {
    const auto begin = at_;
    bool in_brackets = false;
    for (; at_ < bytes_.size(); ++at_) {
      const char c = bytes_[at_];
      if (c == '\r' || c == '\n') break;
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      if (!in_brackets && (c == ' ' || c == '(' || c == ')' || c == '"')) break;
    }
    if (at_ == begin) return fail(Errc::bad_input, "a response that cannot be read");
    Value out;
    out.text = bytes_.substr(begin, at_ - begin);
    if (iequals(out.text, "NIL")) out.kind = Value::Kind::nil;
    return out;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

void parse_status(Reply& reply, std::string_view rest) {
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    reply.code = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  reply.text = trim(rest);
}

bool is_status(std::string_view name) {
  constexpr std::array<std::string_view, 5> k_names{"OK", "NO", "BAD", "BYE", "PREAUTH"};
  return std::ranges::find(k_names, name) != k_names.end();
}

}  // namespace

std::optional<std::uint64_t> literal_behind(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (!line.ends_with('}')) return std::nullopt;
  line.remove_suffix(1);
  if (line.ends_with('+')) line.remove_suffix(1);
  const auto begin = line.rfind('{');
  if (begin == std::string_view::npos) return std::nullopt;
  return parse_number<std::uint64_t>(line.substr(begin + 1));
}

Result<Reply> parse_reply(std::string_view bytes) {
  Parser parser(bytes);
  Reply out;
  out.tag = parser.word();
  if (out.tag.empty()) return fail(Errc::bad_input, "an empty response");
  if (out.tag == "+") {
    out.text = parser.rest();
    return out;
  }
  auto name = parser.word();
  if (const auto number = parse_number<std::uint32_t>(name)) {
    out.number = *number;
    name = parser.word();
  }
  out.name = to_upper(name);
  if (is_status(out.name)) {
    parse_status(out, parser.rest());
    return out;
  }
  while (!parser.at_end()) {
    KONTOR_TRY(auto value, parser.value(0));
    out.values.push_back(std::move(value));
    parser.skip_blanks();
  }
  return out;
}

std::optional<std::uint32_t> number_in(std::string_view code, std::string_view name) {
  if (!istarts_with(code, name)) return std::nullopt;
  return parse_number<std::uint32_t>(trim(code.substr(name.size())));
}

std::optional<std::string> quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == '\0' || static_cast<unsigned char>(c) >= 0x80)
      return std::nullopt;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace kontor::imap_client
