// SPDX-License-Identifier: GPL-3.0-or-later
// The processor's instruction gives its result after three cycles and takes a new one each cycle:
// three stretches are summed side by side, and put together by what zeros behind them do to a sum.
#include "base/core/crc32c.hpp"

#include <nmmintrin.h>

#include <array>
#include <cstring>

namespace kontor {
namespace {

constexpr std::size_t k_stretch = 256;              // bytes of each of the three
constexpr std::uint32_t k_polynomial = 0x82f63b78;  // RFC 3720, 12.1, reflected

// What a number of zero bytes makes of a sum: a linear map, by the sum's four bytes.
using Zeros = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr std::uint32_t with_zeros(std::uint32_t sum, std::size_t bytes) {
  for (std::size_t bit = 0; bit < bytes * 8; ++bit)
    sum = sum >> 1U ^ ((sum & 1U) != 0 ? k_polynomial : 0);
  return sum;
}

Zeros make_zeros(std::size_t bytes) {
  Zeros out{};
  for (std::uint32_t byte = 0; byte < 4; ++byte)
    for (std::uint32_t bit = 0; bit < 8; ++bit) {
      const auto one = with_zeros(1U << (byte * 8 + bit), bytes);
      for (std::uint32_t value = 0; value < 256; ++value)
        if ((value >> bit & 1U) != 0) out[byte][value] ^= one;
    }
  return out;
}

std::uint32_t apply(const Zeros& zeros, std::uint32_t sum) {
  return zeros[0][sum & 0xff] ^ zeros[1][sum >> 8U & 0xff] ^ zeros[2][sum >> 16U & 0xff] ^
         zeros[3][sum >> 24U];
}

std::uint64_t add_word(std::uint64_t sum, const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return _mm_crc32_u64(sum, word);
}

std::uint64_t add_three(std::uint64_t sum, const char* at) {
  static const Zeros behind_one = make_zeros(k_stretch), behind_two = make_zeros(2 * k_stretch);
  std::uint64_t second = 0, third = 0;
  for (std::size_t i = 0; i < k_stretch; i += 8) {
    sum = add_word(sum, at + i);
    second = add_word(second, at + k_stretch + i);
    third = add_word(third, at + 2 * k_stretch + i);
  }
  return apply(behind_two, static_cast<std::uint32_t>(sum)) ^
         apply(behind_one, static_cast<std::uint32_t>(second)) ^ third;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) noexcept {
  std::uint64_t sum = ~previous;
  for (; bytes.size() >= 3 * k_stretch; bytes.remove_prefix(3 * k_stretch))
    sum = add_three(sum, bytes.data());
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) sum = add_word(sum, bytes.data());
  auto rest = static_cast<std::uint32_t>(sum);
  for (const char c : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(c));
  return ~rest;
}

}  // namespace kontor
