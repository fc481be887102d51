// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/uuid.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/core/text.hpp"

namespace kontor {
namespace {

// [MS-DTYP] 2.3.4: Data1, Data2 and Data3 stand in little-endian order. Its own inverse.
std::array<std::uint8_t, 16> swap_guid_fields(std::array<std::uint8_t, 16> bytes) {
  std::swap(bytes[0], bytes[3]);
  std::swap(bytes[1], bytes[2]);
  std::swap(bytes[4], bytes[5]);
  std::swap(bytes[6], bytes[7]);
  return bytes;
}

std::string to_bytes(const std::array<std::uint8_t, 16>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void random_bytes(void* out, std::size_t size) {
  auto* at = static_cast<unsigned char*>(out);
  while (size > 0) {
    const auto got = getrandom(at, std::min<std::size_t>(size, 256), 0);
    if (got <= 0) std::abort();
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

Uuid Uuid::random() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes.data(), bytes.size());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);  // RFC 9562, 5.4
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return Uuid(bytes);
}

Result<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}')
    text = text.substr(1, text.size() - 2);
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
    return fail(Errc::bad_input, "not a UUID");
  std::string digits(text);
  std::erase(digits, '-');
  KONTOR_TRY(const auto bytes, hex_decode(digits));
  return from_bytes(bytes);
}

Result<Uuid> Uuid::from_bytes(std::string_view bytes) {
  if (bytes.size() != 16) return fail(Errc::bad_input, "a UUID has 16 bytes");
  std::array<std::uint8_t, 16> array{};
  std::ranges::transform(bytes, array.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return Uuid(array);
}

Result<Uuid> Uuid::from_guid_bytes(std::string_view bytes) {
  KONTOR_TRY(const auto raw, from_bytes(bytes));
  return Uuid(swap_guid_fields(raw.bytes_));
}

std::string Uuid::hex() const { return hex_encode(to_bytes(bytes_)); }

std::string Uuid::text() const {
  std::string text = hex();
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::string Uuid::bytes() const { return to_bytes(bytes_); }
std::string Uuid::guid_bytes() const { return to_bytes(swap_guid_fields(bytes_)); }

}  // namespace kontor
