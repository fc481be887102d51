// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/dirsync.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {

std::string bytes(const char* hex) { return hex_decode(hex).value_or("?"); }

// [MS-ADTS] 3.1.1.3.4.1.3: SEQUENCE of Flags, MaxBytes, Cookie.
TEST(DirSync, RequestsAreWritten) {
  EXPECT_EQ(hex_encode(encode_dirsync(0, "")),
            "300a0201000203100000"
            "0400");
  EXPECT_EQ(hex_encode(encode_dirsync(k_dirsync_object_security, "ab")),
            "300c02010102031000000402"
            "6162");
  EXPECT_EQ(hex_encode(encode_dirsync(k_dirsync_incremental_values, "")),
            "300d0204800000000203100000"
            "0400");
  EXPECT_EQ(
      hex_encode(encode_dirsync(k_dirsync_incremental_values | k_dirsync_object_security, "")),
      "300d0204800000010203100000"
      "0400");
}

TEST(DirSync, AnswersAreRead) {
  const auto more =
      parse_dirsync(bytes("300a"
                          "020101"
                          "020100"
                          "04026162"));
  ASSERT_TRUE(more) << more.error().text();
  EXPECT_TRUE(more->has_more);
  EXPECT_EQ(more->cookie, "ab");
  const auto last =
      parse_dirsync(bytes("3008"
                          "020100"
                          "020100"
                          "0400"));
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->has_more);
  EXPECT_EQ(last->cookie, "");
}

TEST(DirSync, OtherBytesAreRefused) {
  const std::string good = bytes(
      "300a"
      "020101"
      "020100"
      "04026162");
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parse_dirsync(std::string_view(good).substr(0, size))) << size;
  for (const char* hex : {"300a02010102010004026162"
                          "00",
                          "310a02010102010004026162", "300a04010102010004026162",
                          "300b0201010201000402616200", "30060201010400",
                          "3007020002010004"
                          "00"})
    EXPECT_FALSE(parse_dirsync(bytes(hex))) << hex;
}

}  // namespace
}  // namespace kontor::directory
