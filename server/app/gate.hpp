// SPDX-License-Identifier: GPL-3.0-or-later
// Gate: which new connections reach a protocol at all: not those of blocked addresses, and only
// those the settings access.* let in.
//
// A refused one is told so in its protocol's first line: for now (blocked, or the DNS does not
// answer) or for good. On ports where TLS comes first, and of LDAP, it is closed without a word: a
// handshake would cost more than the refusal is worth. A host name counts when the name the DNS
// gives for the address leads back to it. LMTP asks nobody and is let through: it has addresses of
// its own.
#pragma once
#include "base/config/settings.hpp"
#include "base/core/access_rules.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "base/net/resolver.hpp"
#include "base/net/stream.hpp"
#include "server/app/listeners.hpp"
#include "server/trace/guard.hpp"
#include "server/trace/services.hpp"

namespace kontor::app {

class Gate {
 public:
  enum class Verdict : unsigned char {
    open,
    ask_names,  // only its host names can tell
    closed,     // the service is paused or stopped
    blocked,
    denied,
    undecided,  // the names were asked for in vain
  };

  // All outlive it; the settings have been checked (config::check_settings).
  Gate(const config::Settings& settings,
       const trace::Guard& guard,
       net::Resolver& resolver,
       log::Context log);

  // Which services take connections at all; all do when it is made.
  trace::Services& services() noexcept { return services_; }

  // What the address alone says. Memory only.
  Verdict judge(const net::Endpoint& peer, Service service) const;
  // For what was not `open` at first sight: asks for names, or says goodbye. True: it may go on.
  Task<bool> admit(net::Stream& stream, Port port, Verdict verdict) const;

 private:
  const AccessRules& rules_of(Service service) const;
  Task<Verdict> judge_names(net::Endpoint peer, Service service) const;
  Task<void> turn_away(net::Stream& stream, Port port, Verdict verdict) const;

  AccessRules everybody_, imap_, pop3_, smtp_, submission_, http_, ldap_;
  const trace::Guard& guard_;
  trace::Services services_;
  net::Resolver& resolver_;
  const log::Context log_;
};

// The host names of an address that the DNS confirms forwards; at most a few are looked at.
// unavailable: the DNS does not answer.
Task<Result<std::vector<std::string>>> confirmed_names(net::Resolver& resolver, IpAddress address);

}  // namespace kontor::app
