// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/utf16.hpp"

#include <cstdint>

#include "base/core/text.hpp"

namespace kontor::directory {

std::string utf16le_to_utf8(std::string_view bytes) {
  std::string out;
  const auto unit = [&bytes](std::size_t i) {
    return static_cast<char32_t>(static_cast<std::uint8_t>(bytes[i]) |
                                 static_cast<std::uint8_t>(bytes[i + 1]) << 8);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t code = unit(i);
    if (code >= 0xD800 && code < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 &&
        unit(i + 2) < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    append_utf8(out, code >= 0xD800 && code < 0xE000 ? U'\uFFFD' : code);
  }
  return out;
}

}  // namespace kontor::directory
