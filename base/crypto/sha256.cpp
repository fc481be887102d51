// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "base/core/text.hpp"

namespace kontor::crypto {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    // Only a broken installation of OpenSSL has no SHA-256: nothing could go on safely.
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) std::abort();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) std::abort();
}

std::string Sha256::digest() {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1) std::abort();
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string Sha256::hex() { return hex_encode(digest()); }

}  // namespace kontor::crypto
