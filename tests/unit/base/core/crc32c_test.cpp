// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/crc32c.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace kontor {
namespace {

// Bit by bit, as RFC 3720, 12.1 defines it.
std::uint32_t slowly(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = sum >> 1U ^ ((sum & 1U) != 0 ? 0x82f63b78U : 0U);
  }
  return ~sum;
}

std::string some_bytes(std::size_t size) {
  std::mt19937 random(3);
  std::string bytes(size, '\0');
  for (auto& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST(Crc32c, examples_of_the_standard) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
}

TEST(Crc32c, every_length) {
  const auto bytes = some_bytes(2'500);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto begin = std::string_view(bytes).substr(0, size);
    ASSERT_EQ(crc32c(begin), slowly(begin)) << size;
  }
}

TEST(Crc32c, in_pieces) {
  const auto bytes = some_bytes(5'000);
  const auto whole = slowly(bytes);
  for (const std::size_t at : {0U, 1U, 7U, 767U, 768U, 769U, 1'536U, 4'999U, 5'000U})
    EXPECT_EQ(
        crc32c(std::string_view(bytes).substr(at), crc32c(std::string_view(bytes).substr(0, at))),
        whole)
        << at;
}

}  // namespace
}  // namespace kontor
