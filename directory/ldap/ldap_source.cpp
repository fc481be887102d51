// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ldap_source.hpp"

#include <poll.h>

#include "base/core/text.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "directory/ldap/bind_options.hpp"
#include "directory/ldap/refresh.hpp"
#include "directory/ldap/source_loop.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_ping = 5'000ms;        // how long silence is believed
constexpr std::size_t k_batch = 1'000;  // changes handed over together

class LdapSource final : public SourceLoop {
 public:
  LdapSource(const config::Settings& settings, std::shared_ptr<Controllers> servers)
      : SourceLoop(k_ldap_source),
        settings_(&settings.ldap),
        names_{settings.ldap.rooms_base, to_lower(settings.policy.attribute),
               make_reading(settings)},
        loss_percent_(settings.directory.accept_loss_percent),
        servers_(std::move(servers)),
        transport_({servers_}, settings.ldap.timeout) {}

  void run(SourceReceiver& receiver) override {
    keep_trying([this, &receiver] { return try_once(receiver); });
  }

 private:
  bool try_once(SourceReceiver& receiver);
  Result<void> follow(SourceReceiver& receiver);
  Result<void> follow_on(SyncSearch& search, Refresh& refresh, SourceReceiver& receiver);
  Result<bool> take_what_came(SyncSearch& search, Refresh& refresh);
  Result<void> wait(SyncSearch& search, bool is_persistent) const;
  void take_over(Refresh& refresh, SourceReceiver& receiver);

  const config::Ldap* settings_;
  LdapNames names_;
  std::uint32_t loss_percent_;
  std::shared_ptr<Controllers> servers_;
  KdcTransport transport_;
  bool was_connected_ = false;  // in this round
  LdapRoster roster_;
  std::string cookie_;  // stands for what the roster holds; empty: read everything
};

// True: the server served for a while.
bool LdapSource::try_once(SourceReceiver& receiver) {
  was_connected_ = false;
  const auto ended = follow(receiver);
  if (is_stopped() || ended) return was_connected_;
  if (ended.error().code() == Errc::conflict || wants_everything()) {
    cookie_.clear();
    has_everything();
  } else {
    say(false, settings_->uri, ended.error().detail(), receiver);
  }
  return was_connected_;
}

Result<void> LdapSource::follow(SourceReceiver& receiver) {
  KONTOR_TRY(servers_->refresh());
  const auto servers = servers_->in_order();
  if (servers.empty()) return fail(Errc::unavailable, "ldap.uri names no server");
  const SyncSearch::What what{settings_->search_base, cookie_, wanted_ldap_attributes(names_)};
  KONTOR_TRY(const auto search, SyncSearch::open(servers.front(), ldap_bind_options(*settings_),
                                                 transport_, dog(), what));
  Refresh refresh(roster_, names_, cookie_.empty(), loss_percent_);
  return follow_on(*search, refresh, receiver);
}

Result<void> LdapSource::follow_on(SyncSearch& search, Refresh& refresh, SourceReceiver& receiver) {
  while (!is_stopped()) {
    KONTOR_TRY(const bool any, take_what_came(search, refresh));
    if (wants_everything()) return fail(Errc::conflict, "asked for by the administrator");
    if (refresh.is_persistent()) {
      if (refresh.is_useless()) return fail(Errc::conflict, "a container was renamed");
      take_over(refresh, receiver);
      was_connected_ = true;
      say(true, settings_->uri, "", receiver);
    }
    if (any) continue;
    KONTOR_TRY(wait(search, refresh.is_persistent()));
  }
  return {};
}

// True: something came.
Result<bool> LdapSource::take_what_came(SyncSearch& search, Refresh& refresh) {
  bool any = false;
  while (!is_stopped() && !(refresh.is_persistent() && refresh.waiting() >= k_batch)) {
    KONTOR_TRY(auto message, search.next());
    if (std::holds_alternative<std::monostate>(message)) break;
    any = true;
    if (auto* entry = std::get_if<SyncEntry>(&message))
      refresh.take(std::move(*entry));
    else
      refresh.take(std::get<SyncInfo>(std::move(message)));
  }
  return any;
}

// In the refresh stage silence is a failure; later it is asked whether the server is still there.
Result<void> LdapSource::wait(SyncSearch& search, bool is_persistent) const {
  const auto limit = is_persistent ? k_ping : 2 * settings_->timeout;
  KONTOR_TRY(const bool any, search.wait(wake_fd(), limit));
  pollfd woken{wake_fd(), POLLIN, 0};
  if (any || poll(&woken, 1, 0) > 0) {
    drain();
    return {};
  }
  if (is_persistent) return search.ping();
  return fail(Errc::timed_out, "the server stopped in the middle of its answer");
}

void LdapSource::take_over(Refresh& refresh, SourceReceiver& receiver) {
  hand_over(refresh.take_changes(), receiver);
  if (!refresh.cookie().empty()) cookie_ = refresh.cookie();
}

}  // namespace

Result<std::shared_ptr<Controllers>> ldap_servers(const config::Ldap& settings) {
  const auto parsed = parse_controller(settings.uri);
  if (!parsed) return fail(parsed.error().code(), "ldap.uri: not ldap://HOST[:PORT]");
  config::ActiveDirectory as_controller;
  as_controller.controllers = {settings.uri};
  as_controller.timeout = settings.timeout;
  return std::make_shared<Controllers>(as_controller);
}

std::unique_ptr<Source> make_ldap_source(const config::Settings& settings,
                                         std::shared_ptr<Controllers> servers) {
  return std::make_unique<LdapSource>(settings, std::move(servers));
}

}  // namespace kontor::directory
