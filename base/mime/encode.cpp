// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/encode.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "base/mime/decode.hpp"

namespace kontor::mime {
namespace {

constexpr std::size_t k_longest_line = 76;

bool is_plain(unsigned char c) { return c >= 0x21 && c <= 0x7E && c != '='; }

// One line of text, without its break.
void encode_line(std::string_view line, std::string& out) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::size_t column = 0;
  const auto put = [&](std::string_view piece, bool is_last) {
    if (column + piece.size() > k_longest_line - (is_last ? 0 : 1)) {
      out.append("=\r\n");
      column = 0;
    }
    out.append(piece);
    column += piece.size();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    const bool is_last = i + 1 == line.size();
    const bool is_blank = (c == ' ' || c == '\t') && !is_last;
    if (is_plain(c) || is_blank) {
      put(line.substr(i, 1), is_last);
      continue;
    }
    const char escaped[] = {'=', k_digits[c >> 4U], k_digits[c & 15U]};
    put({escaped, 3}, is_last);
  }
}

bool is_word(UChar32 c) {
  return u_isalnum(c) != 0;  // a category; no locale
}

bool is_mark(UChar32 c) {
  return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0;
}

}  // namespace

std::string encode_quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto feed = text.find('\n', begin);
    auto end = feed == std::string_view::npos ? text.size() : feed;
    const auto next = feed == std::string_view::npos ? end : feed + 1;
    if (feed != std::string_view::npos && end > begin && text[end - 1] == '\r') --end;
    encode_line(text.substr(begin, end - begin), out);
    if (feed != std::string_view::npos) out.append("\r\n");
    begin = next;
  }
  return out;
}

std::string encode_base64_lines(std::string_view bytes) {
  const auto encoded = base64_encode(bytes);
  std::string out;
  out.reserve(encoded.size() + encoded.size() / 38 + 2);
  for (std::size_t at = 0; at < encoded.size(); at += k_longest_line)
    out.append(encoded, at, k_longest_line).append("\r\n");
  return out;
}

std::string plain_words(std::string_view utf8) {
  const auto folded = fold_case(utf8);
  const auto* bytes = folded.data();
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(folded.size(), INT32_MAX));
  std::string out = " ";
  out.reserve(folded.size() + 2);
  for (std::int32_t at = 0; at < size;) {
    const auto begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c >= 0 && is_mark(c)) continue;
    if (c >= 0 && is_word(c))
      out.append(folded, static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
    else if (out.back() != ' ')
      out.push_back(' ');
  }
  if (out.back() != ' ') out.push_back(' ');
  return out;
}

}  // namespace kontor::mime
