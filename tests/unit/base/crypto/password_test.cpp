// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/password.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::crypto {
namespace {

TEST(Password, AFreshHashVerifiesAndIsSalted) {
  const auto first = hash_password("kontor-demo");
  const auto second = hash_password("kontor-demo");
  EXPECT_NE(first, second);
  EXPECT_TRUE(first.starts_with("{SCRYPT}14:8:1:")) << first;
  EXPECT_TRUE(is_password_hash(first));
  EXPECT_TRUE(verify_password(first, "kontor-demo"));
  EXPECT_TRUE(verify_password(second, "kontor-demo"));
  EXPECT_FALSE(verify_password(first, "Kontor-demo"));
  EXPECT_FALSE(verify_password(first, ""));
  EXPECT_FALSE(verify_password(first, "kontor-demo "));
}

TEST(Password, TheSchemeNameIsCaseInsensitive) {
  auto hashed = hash_password("пароль");
  hashed.replace(0, 8, "{scrypt}");
  EXPECT_TRUE(verify_password(hashed, "пароль"));
}

// RFC 7914, section 12, third vector: N=16384, r=8, p=1.
TEST(Password, ScryptVectorOfTheStandard) {
  const auto hash = hex_decode(
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
  ASSERT_TRUE(hash);
  const std::string hashed =
      "{SCRYPT}14:8:1:" + base64_encode("SodiumChloride") + ":" + base64_encode(*hash);
  EXPECT_TRUE(verify_password(hashed, "pleaseletmein"));
  EXPECT_FALSE(verify_password(hashed, "pleaseletmeout"));
}

// RFC 7914, section 11: PBKDF2-HMAC-SHA-256 (P="passwd", S="salt", c=1, dkLen=64), in the form
// OpenLDAP writes.
TEST(Password, Pbkdf2VectorOfTheStandard) {
  const auto hash = hex_decode(
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
      "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  ASSERT_TRUE(hash);
  const std::string hashed =
      "{PBKDF2-SHA256}1$" + base64_encode("salt") + "$" + base64_encode(*hash);
  EXPECT_TRUE(verify_password(hashed, "passwd"));
  EXPECT_FALSE(verify_password(hashed, "password"));
}

TEST(Password, Pbkdf2OfOpenLdap) {
  // PBKDF2-HMAC-SHA-256, P="password", S="salt", c=4096, 32 bytes (the widely published vector).
  const auto hash = hex_decode("c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
  ASSERT_TRUE(hash);
  std::string adapted = base64_encode(*hash);
  for (char& c : adapted)
    if (c == '+') c = '.';
  while (adapted.ends_with('=')) adapted.pop_back();
  EXPECT_TRUE(verify_password("{PBKDF2-SHA256}4096$c2FsdA$" + adapted, "password"));
  EXPECT_FALSE(verify_password("{PBKDF2-SHA256}4095$c2FsdA$" + adapted, "password"));
}

TEST(Password, WhatIsNotUnderstoodNeverMatches) {
  const std::string hash = base64_encode(std::string(32, 'x'));
  const std::string salt = base64_encode("salt");
  for (const std::string& text : {
           std::string(),
           std::string("kontor-demo"),
           std::string("{SCRYPT}"),
           std::string("{CLEAR}kontor-demo"),
           "{SCRYPT}14:8:1:" + salt,
           "{SCRYPT}60:8:1:" + salt + ":" + hash,  // would need all the memory there is
           "{SCRYPT}0:8:1:" + salt + ":" + hash,
           "{SCRYPT}14:8:99:" + salt + ":" + hash,
           "{SCRYPT}14:8:1::" + hash,
           "{SCRYPT}14:8:1:" + salt + ":",
           "{SCRYPT}14:8:1:" + salt + ":" + base64_encode("short"),
           "{SCRYPT}-1:8:1:" + salt + ":" + hash,
           "{PBKDF2-SHA256}99999999999$c2FsdA$" + hash,
           std::string("{PBKDF2-SHA256}1000$c2FsdA"),
           std::string("{PBKDF2-SHA256}0$c2FsdA$AAAA"),
       }) {
    EXPECT_FALSE(is_password_hash(text)) << text;
    EXPECT_FALSE(verify_password(text, "kontor-demo")) << text;
    EXPECT_FALSE(verify_password(text, "")) << text;
  }
}

TEST(Digest, Vectors) {
  EXPECT_EQ(hex_encode(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, case 2.
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256("", "x").size(), 32U);
}

TEST(Digest, ConstantTimeComparison) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

TEST(Digest, KeyedHashesOfTwoProcessesDiffer) {
  const KeyedHash one;
  const KeyedHash other;
  EXPECT_EQ(one.of("secret"), one.of("secret"));
  EXPECT_NE(one.of("secret"), one.of("Secret"));
  EXPECT_NE(one.of("secret"), other.of("secret"));
}

}  // namespace
}  // namespace kontor::crypto
