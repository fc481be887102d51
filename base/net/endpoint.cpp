// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/stream.hpp"

namespace kontor::net {

std::string Endpoint::text() const {
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

// RFC 1122, 3.2.1.3 (127/8) and RFC 4291, 2.5.3 (::1); IPv4 addresses in IPv6 form count as well.
bool Endpoint::is_loopback() const {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

}  // namespace kontor::net
