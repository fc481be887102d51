// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of BER (X.690, 8.1; RFC 4511, 5.1: definite lengths only) that LDAP's messages and
// controls are made of. Pure; what is taken points into the bytes it was taken from.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.hpp"

namespace kontor::ber {

enum Tag : std::uint8_t {  // X.690, 8.1.2
  boolean = 0x01,
  integer = 0x02,
  octets = 0x04,
  enumerated = 0x0A,
  sequence = 0x30,
  set = 0x31,
};

struct Item {
  std::uint8_t tag = 0;
  std::string_view content;
};

inline std::unexpected<Error> malformed(const char* what) {
  return fail(Errc::bad_input, std::string("malformed BER: ") + what);
}

// Takes one item off the front.
inline Result<Item> take(std::string_view& rest) {
  if (rest.size() < 2) return malformed("cut short");
  Item item{static_cast<std::uint8_t>(rest[0]), {}};
  std::size_t length = static_cast<std::uint8_t>(rest[1]);
  rest.remove_prefix(2);
  if (length >= 0x80) {
    const std::size_t count = length - 0x80;
    if (count == 0 || count > 4 || count > rest.size()) return malformed("a strange length");
    length = 0;
    for (std::size_t i = 0; i < count; ++i)
      length = length << 8 | static_cast<std::uint8_t>(rest[i]);
    rest.remove_prefix(count);
  }
  if (length > rest.size()) return malformed("longer than its frame");
  item.content = rest.substr(0, length);
  rest.remove_prefix(length);
  return item;
}

// The same with the tag it must have; `what` says what is missing otherwise.
inline Result<std::string_view> take(std::string_view& rest, std::uint8_t tag, const char* what) {
  KONTOR_TRY(const auto item, take(rest));
  if (item.tag != tag) return malformed(what);
  return item.content;
}

// An INTEGER (X.690, 8.3) of at most eight bytes.
inline Result<std::int64_t> take_integer(std::string_view& rest,
                                         const char* what,
                                         std::uint8_t tag = integer) {
  KONTOR_TRY(const auto bytes, take(rest, tag, what));
  if (bytes.empty() || bytes.size() > 8) return malformed(what);
  std::uint64_t value = (static_cast<std::uint8_t>(bytes[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return static_cast<std::int64_t>(value);
}

// A BOOLEAN (X.690, 8.2); only FF stands for true where LDAP writes one (RFC 4511, 5.1), any other
// value but 0 is taken for it.
inline Result<bool> take_boolean(std::string_view& rest, std::uint8_t tag, const char* what) {
  KONTOR_TRY(const auto bytes, take(rest, tag, what));
  if (bytes.size() != 1) return malformed(what);
  return bytes[0] != 0;
}

inline Result<void> end(std::string_view rest) {
  if (!rest.empty()) return malformed("something after its end");
  return {};
}

inline void put(std::string& out, std::uint8_t tag, std::string_view content) {
  out.push_back(static_cast<char>(tag));
  std::string length;
  for (std::size_t left = content.size(); left > 0; left >>= 8U)
    length.insert(length.begin(), static_cast<char>(left & 0xFFU));
  if (content.size() < 0x80) {
    out.push_back(static_cast<char>(content.size()));
  } else {
    out.push_back(static_cast<char>(0x80U + length.size()));
    out += length;
  }
  out += content;
}

// A 32-bit INTEGER or ENUMERATED, in the fewest bytes (X.690, 8.3.2).
inline void put_integer(std::string& out, std::int32_t value, std::uint8_t tag = integer) {
  const auto bits = static_cast<std::uint32_t>(value);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(bits >> shift & 0xFFU));
  const auto is_spare = [&bytes] {
    if (bytes.size() < 2) return false;
    const bool next_is_negative = (static_cast<std::uint8_t>(bytes[1]) & 0x80U) != 0;
    return bytes[0] == (next_is_negative ? '\xFF' : '\0');
  };
  while (is_spare()) bytes.erase(bytes.begin());
  put(out, tag, bytes);
}

}  // namespace kontor::ber
