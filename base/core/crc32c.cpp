// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/crc32c.hpp"

#include <nmmintrin.h>

#include <cstring>

namespace kontor {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) noexcept {
  std::uint64_t crc = ~previous;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    crc = _mm_crc32_u64(crc, word);
    bytes.remove_prefix(8);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (const char c : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(c));
  return ~rest;
}

}  // namespace kontor
