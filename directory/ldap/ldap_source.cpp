// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ldap_source.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "directory/krb/socket.hpp"
#include "directory/ldap/bind_options.hpp"
#include "directory/ldap/refresh.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_first_pause = 100ms;
constexpr auto k_longest_pause = 2'000ms;
constexpr auto k_ping = 5'000ms;        // how long silence is believed
constexpr std::size_t k_batch = 1'000;  // changes handed over together

class LdapSource final : public Source {
 public:
  LdapSource(const config::Settings& settings, std::shared_ptr<Controllers> servers)
      : settings_(&settings.ldap),
        loss_percent_(settings.directory.accept_loss_percent),
        servers_(std::move(servers)),
        transport_(*servers_, settings.ldap.timeout),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  std::string name() const override { return k_ldap_source; }
  void run(SourceReceiver& receiver) override;
  void stop() override {
    stopped_ = true;
    dog_.cut_for_good();
    wake();
  }
  SourceStatus status() const override {
    return status_.with([](const SourceStatus& status) { return status; });
  }
  void reconcile() override {
    wants_everything_ = true;
    wake();
  }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    if (write(wake_.fd(), &one, sizeof one) < 0) return;  // full: it is awake already
  }
  void pause(std::chrono::milliseconds length) const {
    pollfd entry{wake_.fd(), POLLIN, 0};
    poll(&entry, 1, static_cast<int>(length.count()));
    drain();
  }
  void drain() const {
    std::uint64_t count = 0;
    if (read(wake_.fd(), &count, sizeof count) < 0) return;
  }
  Result<void> follow(SourceReceiver& receiver);
  Result<void> follow_on(SyncSearch& search, Refresh& refresh, SourceReceiver& receiver);
  Result<bool> take_what_came(SyncSearch& search, Refresh& refresh);
  Result<void> wait(SyncSearch& search, bool is_persistent) const;
  void hand_over(Refresh& refresh, SourceReceiver& receiver);
  void say(bool reachable, const std::string& detail, SourceReceiver& receiver);

  const config::Ldap* settings_;
  std::uint32_t loss_percent_;
  std::shared_ptr<Controllers> servers_;
  KdcTransport transport_;
  Socket wake_;
  Watchdog dog_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> wants_everything_ = false;
  bool was_connected_ = false;  // in this round
  LdapRoster roster_;
  std::string cookie_;  // stands for what the roster holds; empty: read everything
  Guarded<SourceStatus> status_{SourceStatus{k_ldap_source, false, "", "not asked yet", 0}};
};

void LdapSource::run(SourceReceiver& receiver) {
  auto length = k_first_pause;
  while (!stopped_) {
    was_connected_ = false;
    const auto ended = follow(receiver);
    if (stopped_) break;
    if (!ended && (ended.error().code() == Errc::conflict || wants_everything_)) {
      cookie_.clear();
      wants_everything_ = false;
    } else if (!ended) {
      say(false, ended.error().detail(), receiver);
    }
    if (was_connected_) length = k_first_pause;
    pause(length);
    length = std::min<std::chrono::milliseconds>(2 * length, k_longest_pause);
  }
}

Result<void> LdapSource::follow(SourceReceiver& receiver) {
  KONTOR_TRY(servers_->refresh());
  const auto servers = servers_->in_order();
  if (servers.empty()) return fail(Errc::unavailable, "ldap.uri names no server");
  const SyncSearch::What what{settings_->search_base, cookie_, wanted_ldap_attributes()};
  KONTOR_TRY(const auto search, SyncSearch::open(servers.front(), ldap_bind_options(*settings_),
                                                 transport_, dog_, what));
  Refresh refresh(roster_, {settings_->rooms_base}, cookie_.empty(), loss_percent_);
  return follow_on(*search, refresh, receiver);
}

Result<void> LdapSource::follow_on(SyncSearch& search, Refresh& refresh, SourceReceiver& receiver) {
  while (!stopped_) {
    KONTOR_TRY(const bool any, take_what_came(search, refresh));
    if (wants_everything_) return fail(Errc::conflict, "asked for by the administrator");
    if (refresh.is_persistent()) {
      if (refresh.is_useless()) return fail(Errc::conflict, "a container was renamed");
      hand_over(refresh, receiver);
      was_connected_ = true;
      say(true, "", receiver);
    }
    if (any) continue;
    KONTOR_TRY(wait(search, refresh.is_persistent()));
  }
  return {};
}

// True: something came.
Result<bool> LdapSource::take_what_came(SyncSearch& search, Refresh& refresh) {
  bool any = false;
  while (!stopped_ && !(refresh.is_persistent() && refresh.waiting() >= k_batch)) {
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
  KONTOR_TRY(const bool any, search.wait(wake_.fd(), limit));
  pollfd woken{wake_.fd(), POLLIN, 0};
  if (any || poll(&woken, 1, 0) > 0) {
    drain();
    return {};
  }
  if (is_persistent) return search.ping();
  return fail(Errc::timed_out, "the server stopped in the middle of its answer");
}

void LdapSource::hand_over(Refresh& refresh, SourceReceiver& receiver) {
  auto changes = refresh.take_changes();
  if (!changes.empty()) {
    const auto now = system_clock().now().time_since_epoch().count();
    status_.with([now](SourceStatus& status) { status.changed = now; });
    receiver.apply(name(), std::move(changes));
  }
  if (!refresh.cookie().empty()) cookie_ = refresh.cookie();
}

void LdapSource::say(bool reachable, const std::string& detail, SourceReceiver& receiver) {
  const auto& server = settings_->uri;
  const bool differs = status_.with([&](SourceStatus& status) {
    if (status.is_reachable == reachable && status.detail == detail) return false;
    status.is_reachable = reachable;
    status.server = server;
    status.detail = detail;
    return true;
  });
  if (differs) receiver.status_changed(name());
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
