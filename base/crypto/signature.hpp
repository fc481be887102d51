// SPDX-License-Identifier: GPL-3.0-or-later
// PublicKey: verifies signatures over a SHA-256 digest, as DKIM makes them (RFC 8017, 8.2: RSA with
// PKCS #1 v1.5; RFC 8463: Ed25519 over the digest). One thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::crypto {

enum class KeyKind : std::uint8_t { rsa, ed25519 };

class PublicKey {
 public:
  // RSA: SubjectPublicKeyInfo or RSAPublicKey in DER; Ed25519: its 32 bytes. bad_input: no such
  // key; limit: an RSA key of more than k_most_bits, which would cost much to use.
  static Result<PublicKey> read(KeyKind kind, std::string_view bytes);
  ~PublicKey();
  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;

  KeyKind kind() const noexcept;
  unsigned bits() const noexcept;
  // `digest` is 32 bytes. False for whatever is no signature of this key.
  bool verify(std::string_view digest, std::string_view signature) const;

 private:
  struct State;
  explicit PublicKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr unsigned k_most_bits = 8'192;

}  // namespace kontor::crypto
