// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/private_key.hpp"

#include <gtest/gtest.h>

#include "base/core/text.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::crypto {
namespace {

TEST(PrivateKey, WhatItSignsItsPublicKeyVerifies) {
  for (const auto kind : {KeyKind::rsa, KeyKind::ed25519}) {
    const auto key = PrivateKey::make(kind).value();
    EXPECT_EQ(key.kind(), kind);
    EXPECT_EQ(key.bits(), kind == KeyKind::rsa ? 2'048U : 256U);
    const auto again = PrivateKey::read("words before it\n" + key.pem()).value();
    EXPECT_EQ(again.public_bytes(), key.public_bytes());
    const auto digest = sha256("text");
    const auto signature = again.sign(digest).value();
    const auto known = PublicKey::read(kind, key.public_bytes()).value();
    EXPECT_TRUE(known.verify(digest, signature));
    EXPECT_FALSE(known.verify(sha256("other"), signature));
    EXPECT_FALSE(known.verify(digest, signature.substr(1)));
  }
}

// RFC 8463, A.2.
TEST(PrivateKey, TheKeyOfTheStandard) {
  const auto key = PrivateKey::read_ed25519(
                       base64_decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").value())
                       .value();
  EXPECT_EQ(base64_encode(key.public_bytes()), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST(PrivateKey, WhatIsNone) {
  EXPECT_EQ(PrivateKey::read("").error().code(), Errc::bad_input);
  EXPECT_EQ(PrivateKey::read("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
                .error()
                .code(),
            Errc::bad_input);
  EXPECT_EQ(PrivateKey::read_ed25519("short").error().code(), Errc::bad_input);
}

}  // namespace
}  // namespace kontor::crypto
