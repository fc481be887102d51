// SPDX-License-Identifier: GPL-3.0-or-later
// Which servers take the mail of a route: MX by preference, then addresses (RFC 5321, 5.1).
//
// Bounded whatever the DNS answers: at most 20 addresses are tried, and looking stops after 5 hosts
// that the DNS gave no answer for. A list that leads back to this server ends before it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "base/net/resolver.hpp"
#include "server/smtp/client/peer.hpp"
#include "server/smtp/client/route.hpp"
#include "server/smtp/client/sts.hpp"

namespace kontor::reports {
class TlsKeeper;  // server/reports/tls_keeper.hpp
}

namespace kontor::smtp::client {

// The addresses that mail would come back to us at.
class OwnAddresses {
 public:
  explicit OwnAddresses(const config::Settings& settings);
  bool is_name(std::string_view host) const;  // server.name
  // A listener of ours; of listeners for all addresses, each address of this machine.
  bool is_address(const net::Endpoint& endpoint) const;

 private:
  std::string name_;
  std::vector<std::string> addresses_;  // sorted
  unsigned port_;
  bool has_all_ = false;  // a listener for all addresses
};

// Hosts that did not work lately are tried after those that may: of two, a dead one is not asked
// first by each new connection. Forgets after five minutes. Any thread.
class HostMemory {
 public:
  explicit HostMemory(const Clock& clock) : clock_(clock) {}
  void note_bad(const net::Endpoint& endpoint);
  void note_good(const net::Endpoint& endpoint);
  // The same targets, those that failed last.
  std::vector<Target> sort(std::vector<Target> targets) const;

 private:
  const Clock& clock_;
  Guarded<std::map<std::string, SteadyTime>> bad_until_;
};

struct Hosts {
  std::vector<Target> targets;            // in the order to try them; or
  std::optional<queue::Outcome> failure;  // why there is none
};

// What hosts are looked for with; everything referred to outlives the tasks.
struct HostSearch {
  net::Resolver& resolver;
  const config::Settings& settings;
  StsPolicies* policies = nullptr;                           // null: MTA-STS is not looked at
  std::shared_ptr<const net::ClientTlsContext> authorities;  // for MTA-STS
  reports::TlsKeeper* told = nullptr;                        // null: nothing is counted
  bool asks_nothing = false;  // what hosts ask of TLS does not count (RFC 8460, 3; RFC 8689, 5)
};

Task<Hosts> find_hosts(Route route, const HostSearch& search, const OwnAddresses& own);

}  // namespace kontor::smtp::client
