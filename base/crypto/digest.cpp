// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>

#include "base/core/uuid.hpp"

namespace kontor::crypto {
namespace {

constexpr std::size_t k_size = 32;
using Digest = std::array<unsigned char, k_size>;

std::string to_string(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string sha256(std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  // Only a broken installation of OpenSSL has no SHA-256: nothing could go on safely.
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    std::abort();
  return to_string(digest);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  Digest digest{};
  unsigned size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(),
           digest.data(), &size) == nullptr)
    std::abort();
  return to_string(digest);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

KeyedHash::KeyedHash() : key_(k_size, '\0') { random_bytes(key_.data(), key_.size()); }

std::string KeyedHash::of(std::string_view bytes) const { return hmac_sha256(key_, bytes); }

}  // namespace kontor::crypto
