// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ad_source.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>

#include "base/core/guarded.hpp"
#include "base/core/time.hpp"
#include "directory/krb/profile.hpp"
#include "directory/krb/socket.hpp"
#include "directory/ldap/reader.hpp"
#include "directory/ldap/roster.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_ask = 300ms;  // how long a change may hide from the notification
constexpr auto k_first_pause = 250ms;
constexpr auto k_longest_pause = 2'000ms;

bool is_number_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

BindOptions bind_options(const config::ActiveDirectory& settings) {
  BindOptions options;
  options.use_kerberos = settings.bind != "starttls";
  options.identity = {realm_of(settings), settings.keytab_file, settings.bind_name};
  options.name = settings.bind_name;
  options.password_file = settings.bind_password_file;
  options.ca_file = settings.ca_file;
  options.timeout = settings.timeout;
  return options;
}

class AdSource final : public Source {
 public:
  AdSource(const config::Settings& settings, std::shared_ptr<Controllers> controllers)
      : settings_(&settings.ad),
        loss_percent_(settings.directory.accept_loss_percent),
        controllers_(std::move(controllers)),
        transport_(*controllers_, settings.ad.timeout),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  std::string name() const override { return "ad"; }
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
  struct Session {  // of one connection
    Reader reader;
    SteadyTime next_presence;  // no earlier: comparing everybody is not cheap
    bool presence_due = false;
  };

  void wake() const {
    const std::uint64_t one = 1;
    if (write(wake_.fd(), &one, sizeof one) < 0) return;  // full: it is awake already
  }
  void drain() const {
    std::uint64_t count = 0;
    if (read(wake_.fd(), &count, sizeof count) < 0) return;
  }
  void pause(std::chrono::milliseconds length) const {
    pollfd entry{wake_.fd(), POLLIN, 0};
    poll(&entry, 1, static_cast<int>(length.count()));
    drain();
  }
  bool try_all(SourceReceiver& receiver);
  Result<void> follow(const Controller& controller, SourceReceiver& receiver);
  Result<void> catch_up(Session& session, SourceReceiver& receiver);
  Result<void> look(Session& session, SourceReceiver& receiver);
  Result<void> read_everything(Session& session, SourceReceiver& receiver);
  Result<void> read_changes(Session& session, std::uint64_t upto, SourceReceiver& receiver);
  Result<void> compare_presence(Session& session, SourceReceiver& receiver);
  void hand_over(Changes changes, SourceReceiver& receiver);
  void say(bool reachable,
           const std::string& server,
           const std::string& detail,
           SourceReceiver& receiver);

  const config::ActiveDirectory* settings_;
  std::uint32_t loss_percent_;
  std::shared_ptr<Controllers> controllers_;
  KdcTransport transport_;
  Socket wake_;
  Watchdog dog_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> wants_everything_ = false;
  bool has_loaded_ = false;     // once at all: then `roster_` is worth comparing with
  bool was_connected_ = false;  // in this round
  SteadyTime next_everything_;
  Roster roster_;
  std::map<std::string, std::uint64_t> seen_;  // invocationId to the last number read there
  Guarded<SourceStatus> status_{SourceStatus{"ad", false, "", "not asked yet", 0}};
};

void AdSource::run(SourceReceiver& receiver) {
  auto length = k_first_pause;
  while (!stopped_) {
    if (try_all(receiver)) length = k_first_pause;
    if (stopped_) break;
    pause(length);
    length = std::min<std::chrono::milliseconds>(2 * length, k_longest_pause);
  }
}

// Follows one controller after another until each has failed once in a row; true: one served.
bool AdSource::try_all(SourceReceiver& receiver) {
  was_connected_ = false;
  if (const auto found = controllers_->refresh(); !found) {
    say(false, "", found.error().detail(), receiver);
    return false;
  }
  std::string problems;
  for (const auto& controller : controllers_->in_order()) {
    if (stopped_) break;
    const auto lost = follow(controller, receiver);
    if (stopped_) break;
    controllers_->failed(controller.host);
    if (!lost)
      problems += (problems.empty() ? "" : "; ") + controller.host + ": " + lost.error().detail();
    if (was_connected_) return true;  // start over at once with a fresh list
  }
  if (!stopped_) say(false, "", problems, receiver);
  return false;
}

Result<void> AdSource::follow(const Controller& controller, SourceReceiver& receiver) {
  if (settings_->bind != "starttls" && is_number_address(controller.host))
    return fail(Errc::bad_input,
                "ad.controllers: a ticket needs the controller's name, not its address");
  KONTOR_TRY(const auto connection,
             Connection::open(controller, bind_options(*settings_), transport_, dog_));
  KONTOR_TRY(auto reader, Reader::begin(*connection, *settings_));
  Session session{std::move(reader), {}, false};
  // First the watch, then the reading: what changes in between wakes us.
  KONTOR_TRY(connection->watch(session.reader.facts().base));
  KONTOR_TRY(catch_up(session, receiver));
  controllers_->answered(controller.host);
  was_connected_ = true;
  say(true, controller.host, "", receiver);
  while (!stopped_) {
    KONTOR_TRY(connection->wait_change(wake_.fd(), k_ask));
    drain();
    if (stopped_) break;
    KONTOR_TRY(look(session, receiver));
  }
  return {};
}

Result<void> AdSource::catch_up(Session& session, SourceReceiver& receiver) {
  if (!has_loaded_ || !seen_.contains(session.reader.facts().invocation_id))
    return read_everything(session, receiver);
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  KONTOR_TRY(read_changes(session, upto, receiver));
  return compare_presence(session, receiver);
}

Result<void> AdSource::look(Session& session, SourceReceiver& receiver) {
  const auto now = std::chrono::steady_clock::now();
  if (wants_everything_.exchange(false) || now >= next_everything_)
    return read_everything(session, receiver);
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  if (upto != seen_[session.reader.facts().invocation_id]) {
    KONTOR_TRY(read_changes(session, upto, receiver));
  }
  if (session.presence_due && now >= session.next_presence)
    return compare_presence(session, receiver);
  return {};
}

Result<void> AdSource::read_everything(Session& session, SourceReceiver& receiver) {
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  KONTOR_TRY(auto everybody, session.reader.everybody());
  hand_over(roster_.replace(std::move(everybody)), receiver);
  has_loaded_ = true;
  seen_[session.reader.facts().invocation_id] = upto;
  next_everything_ = std::chrono::steady_clock::now() + settings_->reconcile_interval;
  session.presence_due = false;
  return {};
}

Result<void> AdSource::read_changes(Session& session,
                                    std::uint64_t upto,
                                    SourceReceiver& receiver) {
  auto& seen = seen_[session.reader.facts().invocation_id];
  // [MS-ADTS] 3.1.1.1.9: numbers only grow within one invocationId; a smaller one is a restored
  // database that did not say so.
  if (upto < seen) return read_everything(session, receiver);
  KONTOR_TRY(auto delta, session.reader.changes(seen, upto));
  if (delta.explained < upto - seen) session.presence_due = true;
  seen = upto;
  hand_over(roster_.update(std::move(delta.changed)), receiver);
  hand_over(roster_.remove(delta.out_of_sight), receiver);
  return {};
}

Result<void> AdSource::compare_presence(Session& session, SourceReceiver& receiver) {
  const auto begun = std::chrono::steady_clock::now();
  KONTOR_TRY(const auto present, session.reader.present());
  const auto missing = roster_.missing_from(present);
  session.presence_due = false;
  const auto done = std::chrono::steady_clock::now();
  session.next_presence = done + 2 * (done - begun);
  if (missing.empty()) return {};
  // Absence is not deletion: many missing at once are handed over as a complete set, which the
  // receiver may hold back.
  if (is_mass_loss(missing.size(), roster_.size(), loss_percent_))
    return read_everything(session, receiver);
  KONTOR_TRY(const auto gone, session.reader.confirm_gone(missing));
  hand_over(roster_.remove(gone), receiver);
  return {};
}

void AdSource::hand_over(Changes changes, SourceReceiver& receiver) {
  if (changes.empty()) return;
  const auto now = system_clock().now().time_since_epoch().count();
  status_.with([now](SourceStatus& status) { status.changed = now; });
  receiver.apply(name(), std::move(changes));
}

void AdSource::say(bool reachable,
                   const std::string& server,
                   const std::string& detail,
                   SourceReceiver& receiver) {
  const bool differs = status_.with([&](SourceStatus& status) {
    if (status.is_reachable == reachable && status.server == server && status.detail == detail)
      return false;
    status.is_reachable = reachable;
    status.server = server;
    status.detail = detail;
    return true;
  });
  if (differs) receiver.status_changed(name());
}

}  // namespace

std::unique_ptr<Source> make_ad_source(const config::Settings& settings,
                                       std::shared_ptr<Controllers> controllers) {
  return std::make_unique<AdSource>(settings, std::move(controllers));
}

}  // namespace kontor::directory
