// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/listeners.hpp"

#include <array>

namespace kontor::app {

std::string_view name_of(Service service) noexcept {
  switch (service) {
    case Service::imap:
      return "imap";
    case Service::pop3:
      return "pop3";
    case Service::mx:
      return "smtp";
    case Service::submission:
      return "submission";
    case Service::lmtp:
      return "lmtp";
    case Service::http:
      return "http";
    case Service::ldap:
      return "ldap";
    case Service::sieve:
      return "managesieve";
  }
  return {};
}

std::span<const Port> ports() {
  static constexpr std::array<Port, 12> k_ports{{
      {"smtp", 25, Service::mx, false},
      {"submission", 587, Service::submission, false},
      {"submissions", 465, Service::submission, true},
      {"lmtp", 24, Service::lmtp, false},
      {"imap", 143, Service::imap, false},
      {"imaps", 993, Service::imap, true},
      {"pop3", 110, Service::pop3, false},
      {"pop3s", 995, Service::pop3, true},
      {"https", 443, Service::http, true},
      {"ldap", 389, Service::ldap, false},
      {"ldaps", 636, Service::ldap, true},
      {"sieve", 4190, Service::sieve, false},
  }};
  return k_ports;
}

Result<std::vector<OpenPort>> open_ports(const config::Settings& settings) {
  std::vector<OpenPort> open;
  for (const Port& port : ports()) {
    if (port.service == Service::http && !settings.http.enabled) continue;
    if (port.service == Service::ldap && !settings.address_book.enabled) continue;
    if (port.service == Service::sieve && !settings.sieve.manage) continue;
    const auto& addresses =
        port.service == Service::lmtp ? settings.server.lmtp_listen : settings.server.listen;
    const auto number = static_cast<std::uint16_t>(settings.server.port_base + port.standard);
    for (const auto& address : addresses) {
      auto socket = net::ListeningSocket::open(address, number);
      if (!socket) return fail(std::move(socket).error());
      open.push_back({port, *std::move(socket)});
    }
  }
  return open;
}

}  // namespace kontor::app
