// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ad_source.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "base/core/time.hpp"
#include "directory/krb/profile.hpp"
#include "directory/ldap/follower.hpp"
#include "directory/ldap/reader.hpp"
#include "directory/ldap/roster.hpp"
#include "directory/ldap/source_loop.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_ask = 300ms;  // how long a change may hide from the notification

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

// `more` happened after `changes`; of one Changes the removals count first.
void append(Changes& changes, Changes more) {
  const std::set<PrincipalId> gone(more.removals.begin(), more.removals.end());
  std::erase_if(changes.upserts, [&gone](const Principal& one) { return gone.contains(one.id); });
  std::ranges::move(more.upserts, std::back_inserter(changes.upserts));
  std::ranges::move(more.removals, std::back_inserter(changes.removals));
}

class AdSource final : public SourceLoop {
 public:
  AdSource(const config::Settings& settings, std::shared_ptr<Controllers> controllers)
      : SourceLoop("ad"),
        settings_(&settings.ad),
        loss_percent_(settings.directory.accept_loss_percent),
        controllers_(std::move(controllers)),
        transport_(*controllers_, settings.ad.timeout) {}

  void run(SourceReceiver& receiver) override {
    keep_trying([this, &receiver] { return try_all(receiver); });
  }

 private:
  struct Session {  // of one connection
    Reader reader;
    std::unique_ptr<Follower> follower;
    SteadyTime next_presence;  // no earlier: comparing everybody is not cheap
    bool presence_due = false;
  };

  bool try_all(SourceReceiver& receiver);
  Result<void> follow(const Controller& controller, SourceReceiver& receiver);
  Result<void> catch_up(Session& session, SourceReceiver& receiver);
  Result<void> look(Session& session, SourceReceiver& receiver);
  Result<void> read_everything(Session& session, SourceReceiver& receiver);
  Result<void> read_changes(Session& session, std::uint64_t upto, SourceReceiver& receiver);
  Result<void> read_groups_of_new(const Session& session, Delta& delta) const;
  Result<void> compare_presence(Session& session, SourceReceiver& receiver);
  Position& position(const Session& session) {
    return positions_[session.reader.facts().invocation_id];
  }

  const config::ActiveDirectory* settings_;
  std::uint32_t loss_percent_;
  std::shared_ptr<Controllers> controllers_;
  KdcTransport transport_;
  bool has_loaded_ = false;     // once at all: then `roster_` is worth comparing with
  bool was_connected_ = false;  // in this round
  SteadyTime next_everything_;
  Roster roster_;
  std::map<std::string, Position> positions_;  // by invocationId
};

// Follows one controller after another until each has failed once in a row; true: one served.
bool AdSource::try_all(SourceReceiver& receiver) {
  was_connected_ = false;
  if (const auto found = controllers_->refresh(); !found) {
    say(false, "", found.error().detail(), receiver);
    return false;
  }
  std::string problems;
  for (const auto& controller : controllers_->in_order()) {
    if (is_stopped()) break;
    const auto lost = follow(controller, receiver);
    if (is_stopped()) break;
    controllers_->failed(controller.host);
    if (!lost)
      problems += (problems.empty() ? "" : "; ") + controller.host + ": " + lost.error().detail();
    if (was_connected_) return true;  // start over at once with a fresh list
  }
  if (!is_stopped()) say(false, "", problems, receiver);
  return false;
}

Result<void> AdSource::follow(const Controller& controller, SourceReceiver& receiver) {
  if (settings_->bind != "starttls" && is_number_address(controller.host))
    return fail(Errc::bad_input,
                "ad.controllers: a ticket needs the controller's name, not its address");
  KONTOR_TRY(const auto connection,
             Connection::open(controller, bind_options(*settings_), transport_, dog()));
  KONTOR_TRY(auto reader, Reader::begin(*connection, *settings_));
  Session session{std::move(reader), nullptr, {}, false};
  // First the watch, then the reading: what changes in between wakes us.
  KONTOR_TRY(connection->watch(session.reader.facts().base));
  KONTOR_TRY(catch_up(session, receiver));
  controllers_->answered(controller.host);
  was_connected_ = true;
  while (!is_stopped()) {
    say(true, controller.host, "changes by " + session.follower->name(), receiver);
    KONTOR_TRY(connection->wait_change(wake_fd(), k_ask));
    drain();
    if (is_stopped()) break;
    KONTOR_TRY(look(session, receiver));
  }
  return {};
}

Result<void> AdSource::catch_up(Session& session, SourceReceiver& receiver) {
  if (!has_loaded_ || !positions_.contains(session.reader.facts().invocation_id))
    return read_everything(session, receiver);
  KONTOR_TRY(session.follower,
             begin_following(session.reader, settings_->follow, position(session)));
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  KONTOR_TRY(read_changes(session, upto, receiver));
  if (session.follower->tells_deletions()) return {};
  return compare_presence(session, receiver);
}

Result<void> AdSource::look(Session& session, SourceReceiver& receiver) {
  const auto now = std::chrono::steady_clock::now();
  if (wants_everything() || now >= next_everything_) return read_everything(session, receiver);
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  if (upto != position(session).usn) {
    KONTOR_TRY(read_changes(session, upto, receiver));
  }
  if (session.presence_due && now >= session.next_presence)
    return compare_presence(session, receiver);
  return {};
}

// How changes are read is chosen anew: rights may have been given or taken.
Result<void> AdSource::read_everything(Session& session, SourceReceiver& receiver) {
  has_everything();
  Position now;
  KONTOR_TRY(session.follower, begin_following(session.reader, settings_->follow, now));
  KONTOR_TRY(auto everybody, session.reader.everybody());
  hand_over(roster_.replace(std::move(everybody)), receiver);
  has_loaded_ = true;
  position(session) = std::move(now);
  next_everything_ = std::chrono::steady_clock::now() + settings_->reconcile_interval;
  session.presence_due = false;
  return {};
}

Result<void> AdSource::read_changes(Session& session,
                                    std::uint64_t upto,
                                    SourceReceiver& receiver) {
  auto found = session.follower->changes(position(session), upto, roster_);
  if (!found && found.error().code() == Errc::conflict) return read_everything(session, receiver);
  KONTOR_TRY(auto news, std::move(found));
  if (news.delta.moves_others) return read_everything(session, receiver);
  session.presence_due |= news.is_unexplained;
  KONTOR_TRY(read_groups_of_new(session, news.delta));
  auto changes = roster_.update(std::move(news.delta.changed));
  for (const auto& [group, members] : news.groups)
    append(changes, roster_.change_members(group, members));
  append(changes, roster_.remove(news.delta.out_of_sight));
  append(changes, roster_.remove(news.deleted));
  hand_over(std::move(changes), receiver);
  return {};
}

// Who comes back from the deleted, or into the followed part, is a member of his groups again
// without a change of theirs.
Result<void> AdSource::read_groups_of_new(const Session& session, Delta& delta) const {
  std::set<Uuid> groups;
  for (const auto& [member, of] : delta.member_of)
    if (!roster_.contains(member)) groups.insert(of.begin(), of.end());
  for (const auto& one : delta.changed) groups.erase(one.principal.id.guid);
  if (groups.empty()) return {};
  KONTOR_TRY(auto more, session.reader.again(groups));
  std::ranges::move(more.changed, std::back_inserter(delta.changed));
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

}  // namespace

std::unique_ptr<Source> make_ad_source(const config::Settings& settings,
                                       std::shared_ptr<Controllers> controllers) {
  return std::make_unique<AdSource>(settings, std::move(controllers));
}

}  // namespace kontor::directory
