// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/letter.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::mime {
namespace {

std::string in_lines(std::string_view encoded) {
  std::string out;
  for (; encoded.size() > 76; encoded.remove_prefix(76))
    out.append(encoded.substr(0, 76)).append("\r\n");
  return out.append(encoded).append("\r\n");
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 5322, 2.1.1: a line has at most 998 characters.
bool has_long_line(std::string_view text) {
  constexpr std::size_t k_longest = 998;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end - begin > k_longest) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7E; });
}

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return std::string(trim(out));
}

std::string_view beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
  return text.substr(0, most);
}

// RFC 2047: words of at most 75 characters, no character split.
std::string encoded_words(std::string_view text) {
  if (is_ascii(text) && text.find("=?") == std::string_view::npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min<std::size_t>(text.size(), 42);
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    out += (out.empty() ? "=?utf-8?b?" : "\r\n =?utf-8?b?") + base64_encode(text.substr(0, size)) +
           "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string phrase(std::string_view name) {
  if (!is_ascii(name)) return encoded_words(name);
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

std::string encoded_file(std::string_view bytes) {
  return "Content-Transfer-Encoding: base64\r\n\r\n" + in_lines(base64_encode(bytes)) + "\r\n";
}

std::string parameter(std::string_view name, std::string_view text) {
  const auto value = one_line(text);
  auto out = std::string(";\r\n ").append(name);
  const auto is_plain = [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; };
  if (is_ascii(value)) {
    out += "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    return out + '"';
  }
  out += "*=UTF-8''";
  for (const char c : value)
    out += is_plain(c) ? std::string(1, c) : '%' + to_upper(hex_encode({&c, 1}));
  return out;
}

std::string encoded_body(std::string_view text) {
  const auto body = with_crlf(text);
  if (is_ascii(text) && !has_long_line(text))
    return "Content-Transfer-Encoding: 7bit\r\n\r\n" + body + "\r\n";
  return "Content-Transfer-Encoding: base64\r\n\r\n" + in_lines(base64_encode(body)) + "\r\n";
}

}  // namespace kontor::mime
