// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/letter.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::queue {
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

}  // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7E; });
}

// RFC 2047: words of at most 75 characters, no character split.
std::string encoded_words(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
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

std::string encoded_body(std::string_view text) {
  const auto body = with_crlf(text);
  if (is_ascii(text)) return "Content-Transfer-Encoding: 7bit\r\n\r\n" + body + "\r\n";
  return "Content-Transfer-Encoding: base64\r\n\r\n" + in_lines(base64_encode(body)) + "\r\n";
}

}  // namespace kontor::queue
