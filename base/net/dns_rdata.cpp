// SPDX-License-Identifier: GPL-3.0-or-later
// Resource records as they stand in an answer, names written out in full (libunbound undoes
// compression).
#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

#include "base/core/text.hpp"
#include "base/net/resolver.hpp"

namespace kontor::net {
namespace {

constexpr std::size_t k_max_label = 63, k_max_name = 255;  // RFC 1035, 2.3.4

// Labels of host names alone: no other byte may reach a log, a command line or a comparison, and a
// dot inside a label would forge a name (RFC 1123, 2.1; "_" is seen in the wild).
bool is_host_character(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

}  // namespace

Result<std::string> read_name_rdata(std::string_view rdata) {
  if (rdata.empty() || rdata.size() > k_max_name) return fail(Errc::bad_input, "size of a name");
  std::string name;
  while (true) {
    const auto size = static_cast<unsigned char>(rdata.front());
    rdata.remove_prefix(1);
    if (size == 0) break;
    if (size > k_max_label || size >= rdata.size())
      return fail(Errc::bad_input, "a label that is too long");
    if (!name.empty()) name.push_back('.');
    for (const char c : rdata.substr(0, size)) {
      const char lower = ascii_lower(c);
      if (!is_host_character(lower)) return fail(Errc::bad_input, "not a host name");
      name.push_back(lower);
    }
    rdata.remove_prefix(size);
  }
  if (!rdata.empty()) return fail(Errc::bad_input, "bytes after a name");
  return name;
}

Result<Mx> read_mx_rdata(std::string_view rdata) {  // RFC 1035, 3.3.9
  if (rdata.size() < 3) return fail(Errc::bad_input, "an MX record that is too short");
  Mx mx;
  mx.preference = static_cast<std::uint16_t>(static_cast<unsigned char>(rdata[0]) << 8U |
                                             static_cast<unsigned char>(rdata[1]));
  KONTOR_TRY(mx.host, read_name_rdata(rdata.substr(2)));
  return mx;
}

Result<std::string> read_txt_rdata(std::string_view rdata) {  // RFC 1035, 3.3.14
  std::string text;
  while (!rdata.empty()) {
    const auto size = static_cast<unsigned char>(rdata.front());
    if (size >= rdata.size()) return fail(Errc::bad_input, "a text that is too short");
    text.append(rdata.substr(1, size));
    rdata.remove_prefix(1U + size);
  }
  return text;
}

Result<TlsaRecord> read_tlsa_rdata(std::string_view rdata) {
  if (rdata.size() < 4) return fail(Errc::bad_input, "a TLSA record that is too short");
  TlsaRecord record;
  record.usage = static_cast<std::uint8_t>(rdata[0]);
  record.selector = static_cast<std::uint8_t>(rdata[1]);
  record.matching = static_cast<std::uint8_t>(rdata[2]);
  record.data = rdata.substr(3);
  return record;
}

std::string text_of(const TlsaRecord& record) {
  return fmt::format("{} {} {} {}", record.usage, record.selector, record.matching,
                     hex_encode(record.data));
}

Result<std::string> read_address_rdata(std::string_view rdata) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = rdata.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (family == AF_INET6 && rdata.size() != sizeof(in6_addr))
    return fail(Errc::bad_input, "size of an address");
  if (::inet_ntop(family, rdata.data(), text.data(), text.size()) == nullptr)
    return fail(Errc::bad_input, "an address");
  return std::string(text.data());
}

}  // namespace kontor::net
