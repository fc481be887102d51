// SPDX-License-Identifier: GPL-3.0-or-later
// A wrong bit changes the checksum by a value that depends on its distance to the end alone: x to
// the power of that distance, modulo the polynomial. Going back from the difference found, step by
// step, until it is that of the last bit, counts the distance.
#include "store/tools/wrong_bit.hpp"

#include <array>
#include <bit>
#include <string>

#include "base/core/crc32c.hpp"
#include "store/log/frame.hpp"

namespace kontor::store {
namespace {

constexpr std::uint32_t k_polynomial = 0x82F63B78;  // CRC32C, bits reversed
constexpr std::size_t k_checksum_at = 12;           // within a frame (docs/formats/log.md)
constexpr std::size_t k_checksum_end = 16;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1U) != 0 ? (value >> 1U) ^ k_polynomial : value >> 1U;
    table[i] = value;
  }
  return table;
}
constexpr auto k_table = make_table();

constexpr std::array<std::uint8_t, 256> make_reverse() {  // by the highest byte of an entry
  std::array<std::uint8_t, 256> reverse{};
  for (std::uint32_t i = 0; i < 256; ++i) reverse[k_table[i] >> 24U] = static_cast<std::uint8_t>(i);
  return reverse;
}
constexpr auto k_reverse = make_reverse();

std::uint32_t step_back(std::uint32_t state, std::uint8_t byte) {
  const std::uint32_t index = k_reverse[state >> 24U];
  return (state ^ k_table[index]) << 8U | (index ^ byte);
}

std::uint32_t stored_checksum(std::string_view frame) {
  std::uint32_t value = 0;
  for (std::size_t i = k_checksum_end; i > k_checksum_at; --i)
    value = value << 8U | static_cast<std::uint8_t>(frame[i - 1]);
  return value;
}

std::uint32_t checksum_of(std::string_view frame, std::uint64_t salt) {
  std::string start;
  for (int i = 0; i < 8; ++i) start.push_back(static_cast<char>(salt >> (8 * i)));
  const auto sum = crc32c(frame.substr(0, k_checksum_at), crc32c(start));
  return crc32c(frame.substr(k_checksum_end), sum);
}

}  // namespace

std::optional<WrongBit> find_wrong_bit(std::string_view frame, std::uint64_t salt) {
  if (frame.size() < k_frame_header_size) return std::nullopt;
  std::uint32_t differs = checksum_of(frame, salt) ^ stored_checksum(frame);
  if (differs == 0) return std::nullopt;
  if (std::has_single_bit(differs)) {  // of the checksum itself
    const auto bit = static_cast<std::size_t>(std::countr_zero(differs));
    return WrongBit{k_checksum_at + bit / 8, static_cast<std::uint8_t>(1U << bit % 8)};
  }
  const std::uint64_t bits = (frame.size() - 4) * 8;
  for (std::uint64_t back = 0; back < bits; ++back) {
    if (differs == k_polynomial) {
      const std::uint64_t bit = bits - 1 - back;
      auto byte = static_cast<std::size_t>(bit / 8);
      if (byte >= k_checksum_at) byte += k_checksum_end - k_checksum_at;
      return WrongBit{byte, static_cast<std::uint8_t>(1U << bit % 8)};
    }
    differs = (differs & 0x8000'0000U) != 0 ? (differs ^ k_polynomial) << 1U | 1U : differs << 1U;
  }
  return std::nullopt;
}

std::uint64_t find_salt(std::string_view frame) {
  std::uint32_t state = ~stored_checksum(frame);
  for (std::size_t i = frame.size(); i > k_checksum_end; --i)
    state = step_back(state, static_cast<std::uint8_t>(frame[i - 1]));
  for (std::size_t i = k_checksum_at; i > 0; --i)
    state = step_back(state, static_cast<std::uint8_t>(frame[i - 1]));
  // Lower half 0; the upper half leads from there to that state.
  for (int i = 0; i < 4; ++i) state = step_back(state, 0);
  const std::uint32_t after_zeros = ~crc32c(std::string_view("\0\0\0\0", 4));
  return std::uint64_t{state ^ after_zeros} << 32U;
}

}  // namespace kontor::store
