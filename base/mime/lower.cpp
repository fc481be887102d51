// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/mime/lower.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::mime {

std::string lower_utf8(std::string_view utf8) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(utf8, is_ascii)) return to_lower(utf8);
  std::string out;
  out.reserve(utf8.size());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto size = static_cast<std::int32_t>(utf8.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0)
      out.append(
          utf8.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin)));
    else
      append_utf8(out, static_cast<char32_t>(u_tolower(c)));
  }
  return out;
}

}  // namespace kontor::mime
