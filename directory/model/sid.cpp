// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/sid.hpp"

#include <string>

#include "base/core/text.hpp"

namespace kontor::directory {
namespace {
constexpr std::size_t k_head = 8;  // revision, count, six bytes of authority
constexpr std::uint8_t k_max_sub_authorities = 15;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}
}  // namespace

Result<Sid> sid_from_bytes(std::string_view bytes) {
  if (bytes.size() < k_head || byte_at(bytes, 0) != 1)
    return fail(Errc::bad_input, "not a security identifier");
  const std::uint8_t count = byte_at(bytes, 1);
  if (count > k_max_sub_authorities || bytes.size() != k_head + 4U * count)
    return fail(Errc::bad_input, "security identifier of a wrong length");
  std::uint64_t authority = 0;  // [MS-DTYP] 2.4.1.1: big-endian
  for (std::size_t i = 2; i < k_head; ++i) authority = authority << 8 | byte_at(bytes, i);
  Sid sid = "S-1-" + std::to_string(authority);
  for (std::size_t i = k_head; i < bytes.size(); i += 4) {
    const std::uint32_t part = byte_at(bytes, i) | std::uint32_t{byte_at(bytes, i + 1)} << 8 |
                               std::uint32_t{byte_at(bytes, i + 2)} << 16 |
                               std::uint32_t{byte_at(bytes, i + 3)} << 24;
    sid += '-' + std::to_string(part);
  }
  return sid;
}

Sid sid_with_rid(std::string_view domain, std::uint32_t rid) {
  return std::string(domain) + '-' + std::to_string(rid);
}

std::optional<Sid> domain_of_sid(std::string_view sid) {
  const auto dash = sid.rfind('-');
  if (!sid.starts_with("S-1-") || dash == std::string_view::npos || dash < 4) return std::nullopt;
  return Sid(sid.substr(0, dash));
}

PrincipalId id_of_sid(const Sid& sid) { return {sid, Uuid()}; }

bool is_sid_alone(const PrincipalId& id) {
  return id.guid.is_nil() && id.source.starts_with("S-1-");
}

Sid sid_of_uuid(const Uuid& id) {
  Sid sid = "S-1-5-21";
  for (std::size_t i = 0; i < 16; i += 4) {
    std::uint32_t number = 0;
    for (std::size_t k = 0; k < 4; ++k) number = number << 8 | id.array()[i + k];
    sid += "-" + std::to_string(number);
  }
  return sid;
}

}  // namespace kontor::directory
