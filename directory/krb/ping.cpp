// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/ping.hpp"

#include <arpa/nameser.h>

#include <array>
#include <cstdint>

#include "base/core/ber.hpp"
#include "base/core/text.hpp"
#include "directory/krb/socket.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint8_t k_search = 0x63, k_entry = 0x64, k_done = 0x65;  // RFC 4511, 4.5
constexpr std::uint8_t k_and = 0xA0, k_equal = 0xA3;
constexpr std::size_t k_max_answer = 65'536;
constexpr std::size_t k_names_at = 24;                           // after opcode, flags and the GUID
constexpr std::string_view k_response_ex("\x17\x00", 2);         // LOGON_SAM_LOGON_RESPONSE_EX
constexpr std::string_view k_version_ex("\x06\x00\x00\x00", 4);  // NETLOGON_NT_VERSION_5EX and _5

std::string equal(std::string_view name, std::string_view value) {
  std::string fields, out;
  ber::put(fields, ber::octets, name);
  ber::put(fields, ber::octets, value);
  ber::put(out, k_equal, fields);
  return out;
}

// A name compressed as in DNS (RFC 1035, 4.1.4), of the message itself.
Result<std::string> take_name(std::string_view bytes, std::size_t& at) {
  std::array<char, NS_MAXDNAME> text{};
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  if (at >= bytes.size()) return ber::malformed("a netlogon answer cut short");
  const int used =
      ns_name_uncompress(begin, begin + bytes.size(), begin + at, text.data(), text.size());
  if (used < 0) return ber::malformed("no name in a netlogon answer");
  at += static_cast<std::size_t>(used);
  const std::string name = text.data();
  return name == "." ? std::string() : name;
}

Result<std::string> receive_message(int fd, SteadyTime end) {
  KONTOR_TRY(auto message, receive_bytes(fd, 2, end));
  const auto first = static_cast<std::uint8_t>(message[1]);
  std::size_t length = first;
  if (first >= 0x80) {
    if (first == 0x80 || first > 0x84) return ber::malformed("a strange length");
    KONTOR_TRY(const auto digits, receive_bytes(fd, first - 0x80U, end));
    length = 0;
    for (const char digit : digits) length = length << 8U | static_cast<std::uint8_t>(digit);
    message += digits;
  }
  if (length > k_max_answer) return ber::malformed("a ping answer too long");
  KONTOR_TRY(const auto rest, receive_bytes(fd, length, end));
  return message + rest;
}

}  // namespace

std::string encode_ping(std::string_view domain) {
  std::string filter, names, search, fields, out;
  ber::put(filter, k_and, equal("DnsDomain", domain) + equal("NtVer", k_version_ex));
  ber::put(names, ber::octets, "netlogon");
  ber::put(search, ber::octets, "");
  ber::put(search, ber::enumerated, std::string_view("\0", 1));  // base object
  ber::put(search, ber::enumerated, std::string_view("\0", 1));  // never follow aliases
  ber::put_integer(search, 0);
  ber::put_integer(search, 0);
  ber::put(search, ber::boolean, std::string_view("\0", 1));
  search += filter;
  ber::put(search, ber::sequence, names);
  ber::put_integer(fields, 1);
  ber::put(fields, k_search, search);
  ber::put(out, ber::sequence, fields);
  return out;
}

Result<PingAnswer> parse_netlogon(std::string_view bytes) {
  if (!bytes.starts_with(k_response_ex) || bytes.size() <= k_names_at)
    return ber::malformed("no netlogon answer");
  std::array<std::string, 8> names;  // forest, domain, host, NetBIOS domain and host, user, sites
  std::size_t at = k_names_at;
  for (auto& name : names) {
    KONTOR_TRY(name, take_name(bytes, at));
  }
  return PingAnswer{to_lower(names[1]), names[6], names[7]};
}

Result<PingAnswer> parse_ping_answer(std::string_view message) {
  KONTOR_TRY(auto fields, ber::take(message, ber::sequence, "no LDAPMessage"));
  KONTOR_TRY(ber::take_integer(fields, "no message id"));
  KONTOR_TRY(const auto operation, ber::take(fields));
  if (operation.tag == k_done) return PingAnswer{};  // it answers, but keeps this to itself
  if (operation.tag != k_entry) return ber::malformed("no search answer");
  auto entry = operation.content;
  KONTOR_TRY(ber::take(entry, ber::octets, "no DN"));
  KONTOR_TRY(auto attributes, ber::take(entry, ber::sequence, "no attributes"));
  while (!attributes.empty()) {
    KONTOR_TRY(auto attribute, ber::take(attributes, ber::sequence, "no attribute"));
    KONTOR_TRY(const auto name, ber::take(attribute, ber::octets, "no name"));
    KONTOR_TRY(auto values, ber::take(attribute, ber::set, "no values"));
    if (!iequals(name, "netlogon") || values.empty()) continue;
    KONTOR_TRY(const auto value, ber::take(values, ber::octets, "no value"));
    return parse_netlogon(value);
  }
  return PingAnswer{};
}

Result<PingAnswer> ping(const Controller& controller,
                        std::string_view domain,
                        std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  Error last(Errc::unavailable, controller.host + " has no address");
  for (const auto& address : controller.addresses) {
    const auto connection = connect_tcp(address, controller.ldap_port, end);
    if (!connection) {
      last = connection.error();
      continue;
    }
    KONTOR_TRY(send_bytes(connection->fd(), encode_ping(domain), end));
    KONTOR_TRY(const auto message, receive_message(connection->fd(), end));
    return parse_ping_answer(message);
  }
  return fail(std::move(last));
}

}  // namespace kontor::directory
