// SPDX-License-Identifier: GPL-3.0-or-later
// Routes: which way mail for an address goes, by the settings alone. Pure.
//
// The key of a route is what Transport::destination() gives: "example.com" (by its MX records),
// "[192.0.2.1]" (an address literal), "relay:host:port" (a host named by the settings).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/config/settings.hpp"

namespace kontor::smtp::client {

struct Route {
  enum class Kind : std::uint8_t { domain, literal, host, none };
  Kind kind = Kind::none;      // none: no such address can be
  std::string name;            // domain, numeric address, or host name
  unsigned port = 0;           // of a host; 0: queue.port
  bool is_smart_host = false;  // queue.smart_host: sign in there
};

// Domains are compared in lower case and in the form of the DNS (A-labels).
std::string destination_of(std::string_view address, const config::Settings& settings);
Route route_of(std::string_view destination, const config::Settings& settings);

// "local@domain" with a domain in the form of the DNS, where only that was beyond ASCII.
std::string with_ascii_domain(std::string_view address);

}  // namespace kontor::smtp::client
