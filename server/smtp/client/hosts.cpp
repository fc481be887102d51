// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/hosts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/core/text.hpp"
#include "server/smtp/client/dane.hpp"
#include "server/smtp/client/tls_told.hpp"

namespace kontor::smtp::client {
namespace {

constexpr std::size_t k_most_targets = 20, k_most_failures = 5;

queue::Outcome outcome(queue::Fate fate, std::string_view status, std::string reason) {
  queue::Outcome made;
  made.fate = fate;
  made.status = status;
  made.reason = std::move(reason);
  return made;
}
queue::Outcome failed(std::string_view status, std::string reason) {
  return outcome(queue::Fate::failed, status, std::move(reason));
}
queue::Outcome deferred(const Error& error) {  // RFC 3463: 4.4.3, directory server failure
  return outcome(queue::Fate::deferred, "4.4.3", "the DNS: " + error.detail());
}

// The DNS answered, and what it says will not change by asking again.
bool is_final(const Error& error) {
  return error.code() == Errc::not_found || error.code() == Errc::bad_input;
}

// An MX "192.0.2.1." is a name of digits in the root: never a host (RFC 1123, 2.1).
bool is_numeric_name(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::ranges::all_of(last, is_digit);
}

class Search {
 public:
  Search(Route route, const HostSearch& with, const OwnAddresses& own)
      : route_(std::move(route)), resolver_(with.resolver), with_(with), own_(own) {
    const auto& settings = with.settings;
    port_ = route_.port != 0 ? route_.port : settings.queue.port;
    const auto& tls =
        route_.rule != nullptr && !route_.rule->tls.empty() ? route_.rule->tls : settings.queue.tls;
    has_dane_ = tls == "dane" || (settings.outbound.dane && tls != "verify" && !with.asks_nothing);
  }

  Task<Hosts> run() {
    switch (route_.kind) {
      case Route::Kind::literal:
        add(route_.name, {route_.name}, {});
        break;
      case Route::Kind::host:
        co_await add_hosts();
        break;
      case Route::Kind::domain:
        co_await add_domain();
        break;
      case Route::Kind::none:
        hosts_.failure = failed("5.1.2", "not a domain that mail can go to");
        break;
    }
    if (hosts_.targets.empty() && !hosts_.failure) hosts_.failure = why_none();
    if (!hosts_.targets.empty()) hosts_.failure.reset();
    co_return std::move(hosts_);
  }

 private:
  queue::Outcome why_none() const {
    if (is_loop_)
      return failed("5.4.6", fmt::format("the mail of {} comes back to this server, which does not "
                                         "take it",
                                         route_.name));
    if (trouble_) return deferred(*trouble_);
    if (is_any_left_out_)  // RFC 8461, 5: a policy that is wrong is a passing trouble
      return outcome(
          queue::Fate::deferred, "4.7.5",
          fmt::format("no mail server of {} is one that its policy (MTA-STS) names", route_.name));
    return failed("5.4.4", fmt::format("no mail server of {} has an address", route_.name));
  }

  // Hosts of the settings: a mistake there must not send people's mail back.
  Task<void> add_hosts() {
    is_name_sure_ = true;
    co_await add_host(route_.name);
    for (const auto& other : route_.others) {
      port_ = other.port != 0 ? other.port : with_.settings.queue.port;
      co_await add_host(other.name);
    }
  }

  Task<void> add_host(std::string name) {
    if (is_numeric(name)) {
      add(name, {name}, {});
      co_return;
    }
    auto found = co_await resolver_.addresses(name);
    if (!found) {
      hosts_.failure = deferred(found.error());
      co_return;
    }
    const auto demand = co_await demand_of(name, *found);  // RFC 7672, 2.2.2
    if (demand) add(name, found->addresses, *demand);
    if (!is_loop_ && hosts_.targets.empty())
      hosts_.failure =
          demand ? deferred(Error(Errc::not_found, fmt::format("{} has no address", name)))
                 : deferred(*trouble_);
  }

  Task<void> add_domain() {
    auto found = co_await resolver_.mx(route_.name);
    if (!found) {
      hosts_.failure = is_final(found.error()) ? failed("5.1.2", found.error().detail())
                                               : deferred(found.error());
      co_return;
    }
    // RFC 7672, 2.2.1: who could forge the list of hosts gains nothing by their records.
    has_dane_ = has_dane_ && found->is_secure;
    if (found->hosts.size() == 1 && found->hosts[0].host.empty()) {  // RFC 7505, 4.1
      hosts_.failure = failed("5.1.10", fmt::format("{} takes no mail (null MX)", route_.name));
      co_return;
    }
    is_name_sure_ = found->is_secure;
    if (with_.policies != nullptr && !with_.asks_nothing) {
      auto policy = co_await with_.policies->find(route_.name);
      if (with_.told != nullptr) tell_policy(*with_.told, route_.name, policy);
      policy_ = std::move(policy.policy);
    }
    if (found->hosts.empty()) {  // RFC 5321, 5.1: its address is an implicit MX
      const net::Mx implicit{0, route_.name};
      co_await add_mail_host(implicit);
      co_return;
    }
    co_await add_mail_hosts(std::move(found->hosts));
  }

  // RFC 5321, 5.1: where we are one of the hosts, those of our preference and above are left out.
  Task<void> add_mail_hosts(std::vector<net::Mx> all) {
    std::size_t kept = 0;  // targets of lower preferences
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && all[i].preference != all[i - 1].preference) {
        if (is_loop_ || is_enough()) break;
        kept = hosts_.targets.size();
      }
      co_await add_mail_host(all[i]);
    }
    if (is_loop_) hosts_.targets.resize(std::min(kept, hosts_.targets.size()));
    if (hosts_.targets.size() > k_most_targets) hosts_.targets.resize(k_most_targets);
  }

  bool is_enough() const {
    return hosts_.targets.size() >= k_most_targets || failures_ >= k_most_failures;
  }

  Task<void> add_mail_host(net::Mx mx) {
    if (own_.is_name(mx.host)) is_loop_ = true;
    if (mx.host.empty() || is_numeric_name(mx.host) || is_loop_) co_return;
    // Those of the same preference may be us: they are looked at, but not without end.
    if (failures_ >= k_most_failures) co_return;
    auto found = co_await resolver_.addresses(mx.host);
    if (found) {
      if (const auto demand = co_await demand_of(mx.host, *found))
        add(mx.host, found->addresses, *demand);
    } else if (!is_final(found.error())) {
      ++failures_;
      trouble_ = found.error();
    }
  }

  // Nothing: what the host asks of TLS cannot be known now, so that no mail may go there (RFC 7672,
  // 2.1.2).
  Task<std::optional<Demand>> demand_of(std::string host, net::AddressAnswer addresses) {
    if (!has_dane_) co_return by_policy(host);
    Demand demand;
    // RFC 7672, 3.2.2: of hosts that the settings name, that name alone.
    const auto next_hop = route_.kind == Route::Kind::host ? host : route_.name;
    const auto found = co_await find_dane(resolver_, host, port_, std::move(addresses), next_hop);
    if (!found) {
      ++failures_;
      if (with_.told != nullptr && route_.kind == Route::Kind::domain)
        tell_dnssec(*with_.told, route_.name, host, found.error());
      trouble_ = Error(found.error().code(),
                       fmt::format("TLSA records of {} (DANE): {}", host, found.error().detail()));
      co_return std::nullopt;
    }
    if (found->records.empty()) co_return by_policy(host);
    demand.needs_tls = true;  // RFC 8461, 2: TLSA records stand above a policy
    demand.dane = found->trust;
    demand.told = told_of(route_.name, found->records);
    co_return demand;
  }

  // RFC 8461, 4.1: nothing: mail for the domain may not go to this host.
  std::optional<Demand> by_policy(const std::string& host) {
    Demand demand;
    if (!policy_) return demand;
    demand.told = told_of(route_.name, *policy_);
    demand.authorities = with_.authorities;
    demand.is_tested = policy_->mode == StsMode::testing;
    demand.is_left_out = !covers(*policy_, host);
    if (demand.is_tested) return demand;
    if (demand.is_left_out) {
      if (with_.told != nullptr) tell_left_out(*with_.told, route_.name, host, *policy_);
      is_any_left_out_ = true;
      return std::nullopt;
    }
    demand.needs_tls = true;
    return demand;
  }

  void add(const std::string& host,
           const std::vector<std::string>& addresses,
           const Demand& demand) {
    for (const auto& address : addresses) {
      Target target{host, {address, port_}, demand, is_name_sure_};
      if (own_.is_address(target.endpoint))
        is_loop_ = true;
      else
        hosts_.targets.push_back(std::move(target));
    }
  }

  static bool is_numeric(const std::string& host) {
    return host.find(':') != std::string::npos || is_numeric_name(host);
  }

  Route route_;
  net::Resolver& resolver_;
  const HostSearch& with_;
  const OwnAddresses& own_;
  unsigned port_ = 0;
  Hosts hosts_;
  std::optional<StsPolicy> policy_;
  bool has_dane_ = false;
  bool is_any_left_out_ = false;  // by the policy
  bool is_loop_ = false;
  bool is_name_sure_ = false;  // of the hosts that are being added
  std::size_t failures_ = 0;
  std::optional<Error> trouble_;
};

}  // namespace

Task<Hosts> find_hosts(Route route, const HostSearch& with, const OwnAddresses& own) {
  Search search(std::move(route), with, own);
  co_return co_await search.run();
}

}  // namespace kontor::smtp::client
