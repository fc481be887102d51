// SPDX-License-Identifier: GPL-3.0-or-later
// Relay: the transport of the queue that speaks SMTP to the servers of others.
//
// A run finds the hosts of its destination, connects to the first that answers and hands over what
// the queue gives it, one message after the other. When no host can be reached, all that is due for
// the destination is deferred at once. Who took what, and in which words, is an event
// (base/log/events/relay.hpp). Threads: any; a run stays on the executor that awaits it.
#pragma once
#include <memory>
#include <string>

#include "base/config/settings.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "base/net/resolver.hpp"
#include "server/queue/transport.hpp"
#include "server/smtp/client/peer.hpp"
#include "server/smtp/client/probe.hpp"
#include "server/smtp/client/sts.hpp"

namespace kontor::reports {
class TlsKeeper;  // server/reports/tls_keeper.hpp
}

namespace kontor::smtp::client {

// Everything referred to outlives the relay.
struct RelayEnvironment {
  const config::Settings& settings;
  net::Resolver& resolver;
  log::Context log;
  const Clock& clock = system_clock();
  // RFC 5321, 4.5.3.2.6: ten minutes at least; queue.timeout when that is longer.
  net::Limit timeout_after_dot = std::chrono::minutes(10);
  std::function<Task<Result<std::unique_ptr<net::Stream>>>(net::Endpoint, std::string, net::Limit)>
      connect = net::connect;
  StsPolicies* policies = nullptr;     // null: MTA-STS is not looked at
  reports::TlsKeeper* told = nullptr;  // null: nobody is told how TLS went
};

class Relay final : public queue::Transport {
 public:
  // Reads queue.ca_file, outbound.mta_sts_ca_file and the files of passwords. bad_input,
  // not_found, no_permission: a sentence for the administrator. Blocking.
  static Result<std::unique_ptr<Relay>> make(RelayEnvironment environment);
  ~Relay() override;

  std::string destination(std::string_view address) const override;
  queue::DestinationRules rules(std::string_view destination) const override;
  Task<void> deliver(std::string destination, queue::Work& work) override;
  // Asks the hosts that the address's domain names in the DNS, whatever way our mail takes, whether
  // it exists: two of them at most, for about checks.timeout. Never throws.
  Task<Probe> probe(std::string address);

 private:
  struct State;
  explicit Relay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kontor::smtp::client
