// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/wire/credentials.hpp"

#include <algorithm>

#include "base/core/text.hpp"

namespace kontor::http::wire {
namespace {

constexpr char k_response = '\xA1';  // NegTokenResp
constexpr char k_sequence = '\x30';
constexpr char k_state = '\xA0';                            // its first member, negState
constexpr std::string_view k_completed("\x0A\x01\x00", 3);  // ENUMERATED 0

// The content of a DER value with this tag at the front; nothing: something else.
std::string_view content_of(std::string_view der, char tag) {
  if (der.size() < 2 || der[0] != tag) return {};
  std::size_t length = static_cast<unsigned char>(der[1]);
  std::size_t at = 2;
  if (length >= 0x80) {
    const std::size_t octets = length - 0x80;
    if (octets == 0 || octets > 4 || der.size() < at + octets) return {};
    length = 0;
    for (std::size_t i = 0; i < octets; ++i)
      length = length << 8U | static_cast<unsigned char>(der[at++]);
  }
  return length > der.size() - at ? std::string_view() : der.substr(at, length);
}

}  // namespace

bool says_completed(std::string_view token) {
  const auto members = content_of(content_of(token, k_response), k_sequence);
  return content_of(members, k_state) == k_completed;
}

Result<Credentials> parse_authorization(std::string_view value) {
  const auto blank = std::min(value.find(' '), value.size());
  const auto scheme = value.substr(0, blank);
  const bool is_basic = iequals(scheme, "Basic");
  if (!is_basic && !iequals(scheme, "Negotiate"))
    return fail(Errc::unsupported, "unknown scheme of authorization");
  KONTOR_TRY(auto bytes, base64_decode(trim(value.substr(blank))));
  if (!is_basic) {
    if (bytes.empty()) return fail(Errc::bad_input, "no token");
    return Token{std::move(bytes)};
  }
  const auto colon = bytes.find(':');
  if (colon == std::string::npos || !is_utf8(bytes) || bytes.contains('\0'))
    return fail(Errc::bad_input, "not a name and a password");
  return Password{bytes.substr(0, colon), bytes.substr(colon + 1)};
}

}  // namespace kontor::http::wire
