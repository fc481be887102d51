// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/url_key.hpp"

#include <gtest/gtest.h>

namespace kontor::imap {
namespace {

const std::string k_key = "0123456789abcdef0123456789abcdef";

TEST(UrlKey, SignsTheWholeRump) {
  const auto word = sign_url(k_key, "imap://joe@h/INBOX/;uid=20;urlauth=authuser");
  EXPECT_EQ(word.size(), 66U);
  EXPECT_TRUE(word.starts_with("01"));
  EXPECT_EQ(word, sign_url(k_key, "imap://joe@h/INBOX/;uid=20;urlauth=authuser"));
  EXPECT_NE(word, sign_url(k_key, "imap://joe@h/INBOX/;uid=21;urlauth=authuser"));
  EXPECT_NE(word, sign_url(k_key, "imap://joe@h/INBOX/;uid=20;urlauth=anonymous"));
  EXPECT_NE(word, sign_url("another key", "imap://joe@h/INBOX/;uid=20;urlauth=authuser"));
}

// RFC 4231, 4.3: the test case of HMAC-SHA-256 with a short key.
TEST(UrlKey, IsHmacSha256) {
  EXPECT_EQ(sign_url("Jefe", "what do ya want for nothing?"),
            "015bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace kontor::imap
