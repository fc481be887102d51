// SPDX-License-Identifier: GPL-3.0-or-later
// Sha256: the digest of bytes that come piece by piece (FIPS 180-4). One thread; never fails.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace kontor::crypto {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view bytes);
  // Of all that was added; either ends it, and nothing may be added or asked after it.
  std::string digest();  // 32 bytes
  std::string hex();     // 64 lower-case digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kontor::crypto
