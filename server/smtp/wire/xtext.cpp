// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/wire/xtext.hpp"

namespace kontor::smtp::wire {
namespace {

constexpr std::string_view k_digits = "0123456789ABCDEF";

// RFC 3461, 4: xchar = any ASCII CHAR between "!" and "~", except for "+" and "=".
bool is_xchar(char c) noexcept { return c >= '!' && c <= '~' && c != '+' && c != '='; }

}  // namespace

Result<std::string> xtext_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_xchar(text[i])) {
      out.push_back(text[i]);
      continue;
    }
    if (text[i] != '+' || text.size() - i < 3) return fail(Errc::bad_input, "xtext");
    const auto high = k_digits.find(text[i + 1]);
    const auto low = k_digits.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return fail(Errc::bad_input, "xtext");
    out.push_back(static_cast<char>(high << 4U | low));
    i += 2;
  }
  return out;
}

std::string xtext_encode(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (is_xchar(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('+');
    out.push_back(k_digits[byte >> 4U]);
    out.push_back(k_digits[byte & 0xFU]);
  }
  return out;
}

}  // namespace kontor::smtp::wire
