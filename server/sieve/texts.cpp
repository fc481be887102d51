// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sieve/texts.hpp"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/core/text.hpp"

namespace kontor::sieve {
namespace {

constexpr std::size_t k_longest = 1'024;  // of what stands between "${" and "}"

bool is_name_char(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || is_digit(c);
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || is_digit(name.front())) return false;
  for (const char c : name)
    if (!is_name_char(c)) return false;
  return true;
}

// Numbers in hexadecimal, separated by blanks; nothing: it is no such list.
std::optional<std::vector<std::uint32_t>> hex_numbers(std::string_view text, std::size_t most) {
  std::vector<std::uint32_t> out;
  while (true) {
    text = trim(text);
    if (text.empty()) break;
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || used > most) return std::nullopt;
    text.remove_prefix(used);
    constexpr std::string_view k_blanks = " \t\r\n";
    if (!text.empty() && !k_blanks.contains(text.front())) return std::nullopt;
    out.push_back(value);
  }
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace

Outcome<std::string> decode_characters(std::string_view text, Position at) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("${");
    out.append(text.substr(0, begin));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const bool is_hex = istarts_with(text, "${hex:"), is_unicode = istarts_with(text, "${unicode:");
    const auto end = text.substr(0, k_longest).find('}');
    if ((!is_hex && !is_unicode) || end == std::string_view::npos) {
      out.append("${");
      text.remove_prefix(2);
      continue;
    }
    const auto whole = text.substr(0, end + 1);
    const std::size_t lead = is_hex ? 6 : 10;
    const auto numbers = hex_numbers(whole.substr(lead, end - lead), is_hex ? 2 : 8);
    if (!numbers) {
      out.append("${");
      text.remove_prefix(2);
      continue;
    }
    for (const auto number : *numbers) {
      if (is_hex) {
        out.push_back(static_cast<char>(number));
      } else if (number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF)) {
        return std::unexpected(Problem{at, Complaint::bad_escape, std::string(whole)});
      } else {
        append_utf8(out, number);
      }
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view k_global = "global.";
  if (istarts_with(name, k_global)) name.remove_prefix(k_global.size());
  return is_plain_name(name);
}

Text parse_variables(std::string_view text) {
  Text out;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) out.push_back({Piece::Kind::literal, std::exchange(literal, {}), 0});
  };
  while (!text.empty()) {
    const auto begin = text.find("${");
    literal.append(text.substr(0, begin));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const auto end = text.substr(0, k_longest).find('}');
    const auto name = end == std::string_view::npos ? std::string_view() : text.substr(2, end - 2);
    const auto number = parse_number<std::uint32_t>(name);
    if (number || is_variable_name(name)) {
      end_literal();
      out.push_back({number ? Piece::Kind::match : Piece::Kind::variable, to_lower(name),
                     number.value_or(0)});
      text.remove_prefix(end + 1);
    } else {
      literal.append("${");
      text.remove_prefix(2);
    }
  }
  end_literal();
  return out;
}

}  // namespace kontor::sieve
