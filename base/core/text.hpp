// SPDX-License-Identifier: GPL-3.0-or-later
// Work on bytes and ASCII text that every protocol shares. Pure; no locale is ever consulted.
#pragma once
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.hpp"

namespace kontor {

constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr char ascii_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
std::string to_lower(std::string_view text);  // ASCII letters only
std::string to_upper(std::string_view text);
bool iequals(std::string_view a, std::string_view b) noexcept;  // ASCII case-insensitive
bool istarts_with(std::string_view text, std::string_view prefix) noexcept;
std::string_view trim(std::string_view text) noexcept;  // blanks, tabs, CR and LF at both ends
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// The whole of `text` as a decimal number; nothing for anything else (sign, blank, overflow,
// empty).
template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text) noexcept {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// RFC 4648. Decoding is strict: padding where it belongs, nothing after it, no line breaks:
// bad_input otherwise.
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);
std::string hex_encode(std::string_view bytes);  // lower case
Result<std::string> hex_decode(std::string_view text);

// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
bool is_utf8(std::string_view bytes) noexcept;
// The bytes with every invalid sequence replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);
// One code point in UTF-8, appended. `code_point` is a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);

// Number of single-byte edits from a to b: for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace kontor
