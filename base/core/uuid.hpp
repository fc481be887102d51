// SPDX-License-Identifier: GPL-3.0-or-later
// Uuid: 16 bytes that name a thing for ever (RFC 9562). AccountId is a random one; objectGUID is
// one too.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor {

class Uuid {
 public:
  constexpr Uuid() = default;  // the nil UUID
  explicit constexpr Uuid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  static Uuid random();  // version 4, from the kernel's random source
  // "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" in either case, with or without braces; else bad_input.
  static Result<Uuid> parse(std::string_view text);
  // 16 raw bytes in this order; else bad_input.
  static Result<Uuid> from_bytes(std::string_view bytes);
  // The byte order of Active Directory's objectGUID ([MS-DTYP] 2.3.4: first three fields
  // little-endian).
  static Result<Uuid> from_guid_bytes(std::string_view bytes);

  std::string text() const;        // lower case with dashes
  std::string hex() const;         // 32 lower-case digits
  std::string bytes() const;       // 16 raw bytes
  std::string guid_bytes() const;  // 16 bytes in objectGUID's order
  bool is_nil() const noexcept { return *this == Uuid(); }
  const std::array<std::uint8_t, 16>& array() const noexcept { return bytes_; }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// Fills `out` from the kernel's random source; aborts if the kernel has none.
void random_bytes(void* out, std::size_t size);

}  // namespace kontor

template <>
struct std::hash<kontor::Uuid> {
  std::size_t operator()(const kontor::Uuid& id) const noexcept {
    std::uint64_t value = 0;  // random or random-like bytes: any eight of them hash well
    for (std::size_t i = 0; i < 8; ++i)
      value = value << 8 | static_cast<std::uint64_t>(id.array()[i] ^ id.array()[i + 8]);
    return value;
  }
};
