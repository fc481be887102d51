// SPDX-License-Identifier: GPL-3.0-or-later
// The ports of the server: which there are, and opening all of them before anything else starts.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/net/acceptor.hpp"

namespace kontor::app {

enum class Service : std::uint8_t { imap, pop3, mx, submission, lmtp, http, ldap, sieve };

// "imap", "smtp", …, as sessions are called.
std::string_view name_of(Service service) noexcept;

struct Port {
  std::string_view name;
  std::uint16_t standard;  // IANA; server.port_base is added
  Service service;
  bool implicit_tls;
};

// RFC 9051 (143, 993), RFC 1939 and 8314 (110, 995), RFC 5321 (25), RFC 6409 (587), RFC 8314 (465),
// 24 for LMTP (RFC 2033), 443 for HTTPS (RFC 9110, 4.2.2), 389 and 636 for LDAP (RFC 4511, 5.2; 636
// is registered as ldaps).
std::span<const Port> ports();

struct OpenPort {
  Port port;
  net::ListeningSocket socket;
};

// Every port on every address of the settings, passed by systemd or opened here; or the first
// failure, which names address and port. bad_input: a socket was passed that no setting names.
Result<std::vector<OpenPort>> open_ports(const config::Settings& settings);

// True when all of them accept no more and every connection has ended; false when the limit ran
// out.
Task<bool> wait_ended(const std::vector<std::unique_ptr<net::Acceptor>>& acceptors,
                      const Clock& clock,
                      net::Limit limit);

}  // namespace kontor::app
