// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/model/ntlm_message.hpp"

#include "base/core/text.hpp"
#include "directory/model/bytes.hpp"
#include "directory/model/utf16.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_signature("NTLMSSP\0", 8);
// AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3)
constexpr std::size_t k_domain_field = 28, k_user_field = 36, k_flags_field = 60;
constexpr std::uint32_t k_unicode = 1;  // NTLMSSP_NEGOTIATE_UNICODE
constexpr std::size_t k_max_name = 1'024;

// Length, its maximum, offset; then the bytes somewhere behind.
std::string_view field_at(std::string_view message, std::size_t at) {
  ByteReader in(message.substr(at));
  const std::size_t size = in.u32() & 0xFFFFU;
  const std::size_t offset = in.u32();
  if (!in.is_ok() || size > k_max_name || offset > message.size() || size > message.size() - offset)
    return {};
  return message.substr(offset, size);
}

}  // namespace

bool is_ntlm_message(std::string_view message, unsigned type) {
  if (!message.starts_with(k_signature)) return false;
  ByteReader in(message.substr(k_signature.size()));
  return in.u32() == type && in.is_ok();
}

std::optional<std::string> ntlm_claim(std::string_view message) {
  if (!is_ntlm_message(message, 3) || message.size() < k_flags_field + 4) return std::nullopt;
  const bool is_unicode = (ByteReader(message.substr(k_flags_field)).u32() & k_unicode) != 0;
  const auto text = [&](std::size_t field) {
    const auto bytes = field_at(message, field);
    return is_unicode ? utf16le_to_utf8(bytes) : to_valid_utf8(bytes);
  };
  const auto user = text(k_user_field), domain = text(k_domain_field);
  if (user.empty() || user.contains('\0') || domain.contains('\0')) return std::nullopt;
  return domain.empty() || user.contains('@') ? user : domain + "\\" + user;
}

}  // namespace kontor::directory
