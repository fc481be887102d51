// SPDX-License-Identifier: GPL-3.0-or-later
// Digests: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and comparison in constant time.
// Pure; any thread; never fails.
#pragma once
#include <string>
#include <string_view>

namespace kontor::crypto {

std::string sha256(std::string_view bytes);                             // 32 raw bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes
// Takes the same time wherever the first difference stands.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// A hash under a random key that lives only in this process: what it gives can be compared with
// itself, but is worth nothing to whoever reads the memory of another process or a dump of the
// values alone.
class KeyedHash {
 public:
  KeyedHash();  // a new random key
  std::string of(std::string_view bytes) const;

 private:
  std::string key_;
};

}  // namespace kontor::crypto
