// SPDX-License-Identifier: GPL-3.0-or-later
// Routes: which way mail for an address goes, by the settings alone. Pure, any thread.
//
// The key of a route is what Transport::destination() gives: "example.com" (by its MX records),
// "[192.0.2.1]" (an address literal), "relay:host:port,host:port" (hosts named by the settings),
// "drop:example.com" (files). Where a row of queue.routes has a say, " by " and its domain follow:
// two ways to one host have limits, passwords and connections of their own.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/route_rules.hpp"
#include "base/config/settings.hpp"
#include "server/queue/transport.hpp"

namespace kontor::smtp::client {

struct Route {
  enum class Kind : std::uint8_t { domain, literal, host, none };
  struct Host {
    std::string name;
    unsigned port = 0;
  };
  Kind kind = Kind::none;                   // none: no such address can be
  std::string name;                         // domain, numeric address, or host name
  unsigned port = 0;                        // of a host; 0: queue.port
  bool is_smart_host = false;               // queue.smart_host: sign in there
  std::vector<Host> others = {};            // of the settings, tried after it
  const config::RouteRule* rule = nullptr;  // of queue.routes; the Routes keep it
  std::size_t rule_number = 0;              // of Routes::rules()
};

class Routes {
 public:
  // The settings were checked and outlive it.
  explicit Routes(const config::Settings& settings);
  // Domains are compared in lower case and in the form of the DNS (A-labels). Of the rows of
  // queue.routes that mean a domain the longest counts.
  std::string destination_of(std::string_view address) const;
  Route route_of(std::string_view destination) const;
  queue::DestinationRules rules_of(std::string_view destination) const;
  const std::vector<config::RouteRule>& rules() const noexcept { return rules_; }

 private:
  const config::RouteRule* rule_for(std::string_view domain) const;

  const config::Settings& settings_;
  std::vector<config::RouteRule> rules_;  // the longest first; patterns in the form of the DNS
};

// The domain of a destination that is written into files; empty: it is another.
std::string_view dropped_domain(std::string_view destination) noexcept;

// "local@domain" with a domain in the form of the DNS, where only that was beyond ASCII.
std::string with_ascii_domain(std::string_view address);

}  // namespace kontor::smtp::client
