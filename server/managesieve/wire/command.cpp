// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/managesieve/wire/command.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::managesieve::wire {
namespace {

constexpr std::size_t k_most_words = 16;
constexpr std::size_t k_longest_quoted = 1'024;  // of those that we write

bool is_atom_char(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '_';
}

class Reader {
 public:
  explicit Reader(std::string_view line) : rest_(line) {}

  Result<Line> run() {
    Line out;
    while (true) {
      skip_blanks();
      if (rest_.empty()) return out;
      if (out.words.size() >= k_most_words) return fail(Errc::bad_input, "too many arguments");
      if (rest_.front() == '{') {
        KONTOR_TRY(out.literal, literal());
        return out;
      }
      KONTOR_TRY(auto word, word());
      if (!rest_.empty() && rest_.front() != ' ' && rest_.front() != '\t')
        return fail(Errc::bad_input, "a blank is missing between arguments");
      out.words.push_back(std::move(word));
    }
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t'))
      rest_.remove_prefix(1);
  }

  Result<Word> word() {
    Word out;
    if (rest_.front() == '"') {
      out.kind = Word::Kind::string;
      KONTOR_TRY(out.text, quoted());
      return out;
    }
    std::size_t size = 0;
    while (size < rest_.size() && is_atom_char(rest_[size])) ++size;
    if (size == 0) return fail(Errc::bad_input, "an argument begins with a wrong character");
    const auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    out.text = to_upper(text);
    if (!std::ranges::all_of(text, is_digit)) return out;
    const auto number = parse_number<std::uint64_t>(text);
    if (!number) return fail(Errc::bad_input, "a number is too large");
    out.kind = Word::Kind::number;
    out.number = *number;
    return out;
  }

  Result<std::string> quoted() {
    std::string out;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) break;
      if (rest_.front() == '\r' || rest_.front() == '\n' || rest_.front() == '\0') break;
      out.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || rest_.front() != '"')
      return fail(Errc::bad_input, "a quoted string is never closed");
    rest_.remove_prefix(1);
    if (!is_utf8(out)) return fail(Errc::bad_input, "a string is not UTF-8");
    return out;
  }

  Result<std::uint64_t> literal() {
    constexpr std::string_view k_wrong = "a literal is written {number+} at the end of a line";
    const auto end = rest_.find("+}");
    if (end == std::string_view::npos || end + 2 != rest_.size())
      return fail(Errc::bad_input, std::string(k_wrong));
    const auto number = parse_number<std::uint64_t>(rest_.substr(1, end - 1));
    if (!number) return fail(Errc::bad_input, std::string(k_wrong));
    return *number;
  }

  std::string_view rest_;
};

}  // namespace

Result<Line> parse_line(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return Reader(line).run();
}

void append_string(std::string& out, std::string_view text) {
  const auto needs_literal = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (text.size() > k_longest_quoted || std::ranges::any_of(text, needs_literal)) {
    out.append("{").append(std::to_string(text.size())).append("}\r\n").append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace kontor::managesieve::wire
