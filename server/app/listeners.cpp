// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/listeners.hpp"

#include <algorithm>
#include <array>

#include "server/app/passed_sockets.hpp"

namespace kontor::app {
namespace {

using Sockets = std::vector<net::ListeningSocket>;

// A passed socket for this address, or a new one.
Result<net::ListeningSocket> socket_for(const std::string& address,
                                        std::uint16_t number,
                                        Sockets& passed) {
  const auto place = std::ranges::find_if(passed, [&](const net::ListeningSocket& one) {
    return one.local().address == address && one.local().port == number;
  });
  if (place == passed.end()) return net::ListeningSocket::open(address, number);
  auto found = std::move(*place);
  passed.erase(place);
  return found;
}

}  // namespace

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
  KONTOR_TRY(auto passed, take_passed_sockets());
  for (const Port& port : ports()) {
    if (port.service == Service::http && !settings.http.enabled) continue;
    if (port.service == Service::ldap && !settings.address_book.enabled) continue;
    if (port.service == Service::sieve && !settings.sieve.manage) continue;
    const auto& addresses =
        port.service == Service::lmtp ? settings.server.lmtp_listen : settings.server.listen;
    const auto number = static_cast<std::uint16_t>(settings.server.port_base + port.standard);
    for (const auto& address : addresses) {
      auto socket = socket_for(address, number, passed);
      if (!socket) return fail(std::move(socket).error());
      open.push_back({port, *std::move(socket)});
    }
  }
  if (!passed.empty())
    return fail(Errc::bad_input, passed.front().local().text() +
                                     " was passed (kontor.socket), and no setting listens there");
  return open;
}

Task<bool> wait_ended(const std::vector<std::unique_ptr<net::Acceptor>>& acceptors,
                      const Clock& clock,
                      net::Limit limit) {
  const auto deadline = clock.steady() + limit;
  for (const auto& acceptor : acceptors) {
    const auto left = std::chrono::ceil<net::Limit>(deadline - clock.steady());
    const bool ended = co_await acceptor->wait_ended(std::max(net::Limit(0), left));
    if (!ended) co_return false;
  }
  co_return true;
}

}  // namespace kontor::app
