// SPDX-License-Identifier: GPL-3.0-or-later
// PrivateKey: makes the signatures that PublicKey verifies, over a SHA-256 digest. Its bytes are
// wiped when it ends; nothing here is ever logged. Any thread, also several at once.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/core/result.hpp"
#include "base/crypto/signature.hpp"

namespace kontor::crypto {

class PrivateKey {
 public:
  // A new one; an RSA key of 2048 bits takes some 100 ms: for the pool.
  static Result<PrivateKey> make(KeyKind kind);
  // Of a text with a key in PEM (PKCS #8, or RSA's own form), without a password. bad_input: none;
  // limit: an RSA key of more than k_most_bits.
  static Result<PrivateKey> read(std::string_view pem);
  // 32 bytes of an Ed25519 key (RFC 8032, 5.1.5).
  static Result<PrivateKey> read_ed25519(std::string_view bytes);
  ~PrivateKey();
  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;

  KeyKind kind() const noexcept;
  unsigned bits() const noexcept;
  std::string pem() const;           // PKCS #8; a secret
  std::string public_bytes() const;  // as PublicKey::read() takes them
  // `digest` is 32 bytes. internal: the library refuses.
  Result<std::string> sign(std::string_view digest) const;

 private:
  struct State;
  explicit PrivateKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::crypto
