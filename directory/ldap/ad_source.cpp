// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/ldap/ad_source.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/core/text.hpp"
#include "base/core/time.hpp"
#include "directory/gal/photo_shelf.hpp"
#include "directory/krb/ping.hpp"
#include "directory/krb/profile.hpp"
#include "directory/ldap/follower.hpp"
#include "directory/ldap/latecomers.hpp"
#include "directory/ldap/lines.hpp"
#include "directory/ldap/memory.hpp"
#include "directory/ldap/reader.hpp"
#include "directory/ldap/roster.hpp"
#include "directory/ldap/source_loop.hpp"

namespace kontor::directory {
namespace {
using namespace std::chrono_literals;

constexpr auto k_ask = 300ms;  // how long a change may hide from the notification
constexpr std::chrono::milliseconds k_silence{400};  // until something is done about it
constexpr auto k_between_memories = 10min;
constexpr auto k_between_pings = 2s;
constexpr auto k_ping = 300ms;
constexpr auto k_last_ping = 600ms;  // of one that is silent

bool is_number_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

BindOptions bind_options(const config::ActiveDirectory& settings, const std::string& domain) {
  BindOptions options;
  options.use_kerberos = settings.bind != "starttls";
  options.use_tls = settings.bind != "gssapi";
  options.identity = {realm_of(settings), settings.keytab_file, settings.bind_name,
                      to_upper(domain)};
  options.name = settings.bind_name;
  options.password_file = settings.bind_password_file;
  options.ca_file = settings.ca_file;
  options.timeout = settings.timeout;
  return options;
}

// Whatever decides what is read and how: what was remembered by other settings is of no use.
std::string what_is_read(const config::Settings& settings, const std::string& domain) {
  std::vector<std::string> all = {domain,
                                  settings.ad.search_base,
                                  settings.ad.rooms_base,
                                  settings.ad.follow,
                                  settings.policy.attribute,
                                  settings.address_book.photos ? "photos" : ""};
  for (const auto* rows : {&settings.directory.attributes, &settings.groups.dynamic}) {
    all.emplace_back();
    all.insert(all.end(), rows->begin(), rows->end());
  }
  return join(all, "\n");
}

// For what is handed over as a whole afterwards.
class Nobody final : public SourceReceiver {
 public:
  void apply(const std::string&, Changes) override {}
  void status_changed(const std::string&) override {}
};

// `more` happened after `changes`; of one Changes the removals count first.
void append(Changes& changes, Changes more) {
  const std::set<PrincipalId> gone(more.removals.begin(), more.removals.end());
  std::erase_if(changes.upserts, [&gone](const Principal& one) { return gone.contains(one.id); });
  std::ranges::move(more.upserts, std::back_inserter(changes.upserts));
  std::ranges::move(more.removals, std::back_inserter(changes.removals));
}

class AdSource final : public SourceLoop {
 public:
  AdSource(std::string name,
           const config::Settings& settings,
           const Domains& domains,
           std::shared_ptr<Controllers> controllers)
      : SourceLoop(std::move(name)),
        settings_(settings.ad),
        policy_attribute_(settings.policy.attribute),
        reading_(make_reading(settings)),
        loss_percent_(settings.directory.accept_loss_percent),
        controllers_(std::move(controllers)),
        transport_(domains, settings.ad.timeout),
        lines_(bind_options(settings.ad, controllers_->domain()), transport_) {
    memory_.about = what_is_read(settings, controllers_->domain());
    memory_file_ = memory_file(settings.server.data_folder, controllers_->domain());
    if (controllers_ == domains.front()) return;
    settings_.domain = controllers_->domain();
    settings_.search_base.clear();  // it lies in the first domain
  }

  bool owns(const Principal& one) const override {
    return one.id.source == k_ad_source && iequals(one.domain, settings_.domain);
  }
  void stop() override {
    lines_.cut_for_good();
    SourceLoop::stop();
  }
  void run(SourceReceiver& receiver) override {
    recall();
    keep_trying([this, &receiver] { return try_all(receiver); });
  }

 private:
  struct Session {  // of one connection
    Reader reader;
    std::unique_ptr<Follower> follower;
    SteadyTime next_presence;  // no earlier: comparing everybody is not cheap
    bool presence_due = false;
    Controller controller;
    SteadyTime next_ping;  // of a nearer controller
    int pings = 0;         // that it answered in a row
    bool is_over = false;  // a nearer one is back
  };

  bool try_all(SourceReceiver& receiver);
  Result<void> follow(const Controller& controller, SourceReceiver& receiver);
  void recall();
  void remember(Session& session, bool at_once);
  bool knows_from_before(const Session& session) const;
  Result<void> go_on_from_before(Session& session, SourceReceiver& receiver);
  Result<void> catch_up(Session& session, SourceReceiver& receiver);
  Result<void> look(Session& session, SourceReceiver& receiver);
  Result<std::uint64_t> ask_for_usn(const Session& session);
  void look_for_nearer(Session& session);
  Result<void> read_everything(Session& session, SourceReceiver& receiver);
  Result<void> read_changes(Session& session, std::uint64_t upto, SourceReceiver& receiver);
  Result<void> read_groups_of_new(const Session& session, Delta& delta) const;
  void note(const Session& session, const Changes& changes);
  std::vector<Converted> without_latecomers(const Session& session,
                                            std::vector<Converted> everybody) const;
  Result<void> compare_presence(Session& session, SourceReceiver& receiver);
  Position& position(const Session& session) {
    return positions_[session.reader.facts().invocation_id];
  }

  config::ActiveDirectory settings_;  // of this domain
  std::string policy_attribute_;
  Reading reading_;
  std::uint32_t loss_percent_;
  std::shared_ptr<Controllers> controllers_;
  KdcTransport transport_;
  Lines lines_;
  bool has_loaded_ = false;     // once at all: then `roster_` is worth comparing with
  bool was_connected_ = false;  // in this round
  bool needs_names_ = true;     // DNS is asked before the next one
  SteadyTime next_everything_;
  Roster roster_;
  std::map<std::string, Position> positions_;  // by invocationId
  Memory memory_;                              // of before the start, until it is used; then of now
  std::string memory_file_;
  std::string remembered_;  // the cookie and number that the file has
  SteadyTime next_memory_;
  Latecomers late_;
};

// Follows one controller after another until each has failed once in a row; true: one served.
bool AdSource::try_all(SourceReceiver& receiver) {
  was_connected_ = false;
  // Controllers are the name servers, too: while one hangs, the names known are good enough.
  if (std::exchange(needs_names_, true)) {
    if (const auto found = controllers_->refresh(); !found) {
      say(false, "", found.error().detail(), receiver);
      return false;
    }
  }
  std::string problems;
  for (const auto& controller : controllers_->in_order()) {
    if (is_stopped()) break;
    const auto lost = follow(controller, receiver);
    if (is_stopped()) break;
    if (lost) return true;  // for a nearer one
    controllers_->failed(controller.host);
    problems += (problems.empty() ? "" : "; ") + controller.host + ": " + lost.error().detail();
    if (was_connected_) return true;  // start over at once
  }
  if (!is_stopped()) say(false, "", problems, receiver);
  return false;
}

Result<void> AdSource::follow(const Controller& controller, SourceReceiver& receiver) {
  if (settings_.bind != "starttls" && is_number_address(controller.host))
    return fail(Errc::bad_input,
                "ad.controllers: a ticket needs the controller's name, not its address");
  KONTOR_TRY(const auto line, lines_.take(controller));
  const auto& connection = line.connection;
  KONTOR_TRY(auto reader, Reader::begin(*connection, settings_, policy_attribute_, reading_));
  Session session{std::move(reader), nullptr, {}, false, controller, {}, 0, false};
  // First the watch, then the reading: what changes in between wakes us.
  KONTOR_TRY(connection->watch(session.reader.facts().base));
  KONTOR_TRY(catch_up(session, receiver));
  controllers_->answered(controller.host);
  was_connected_ = true;
  needs_names_ = false;
  remember(session, true);
  while (!is_stopped() && !session.is_over) {
    say(true, controller.host, "changes by " + session.follower->name(), receiver);
    KONTOR_TRY(connection->wait_change(wake_fd(), k_ask));
    drain();
    if (is_stopped()) break;
    KONTOR_TRY(look(session, receiver));
    remember(session, false);
  }
  remember(session, true);
  return {};
}

// A cache: when it is missing or of no use everybody is read.
void AdSource::recall() {
  auto found = read_memory(memory_file_);
  const auto now = system_clock().now().time_since_epoch().count();
  const auto age = found ? now - found->everything_read : -1;
  if (age < 0 || age >= settings_.reconcile_interval.count() || found->about != memory_.about)
    return;
  memory_ = *std::move(found);
}

// In full, now and then and at the end: what happened since is asked for anyway.
void AdSource::remember(Session& session, bool at_once) {
  const auto now = std::chrono::steady_clock::now();
  const auto& current = position(session);
  const auto state = std::to_string(current.usn) + current.cookie + session.controller.host;
  if (state == remembered_ || (!at_once && now < next_memory_)) return;
  next_memory_ = now + k_between_memories;
  memory_.database = session.reader.facts().invocation_id;
  memory_.position = current;
  if (write_memory(memory_file_, memory_, roster_.people())) remembered_ = state;
}

bool AdSource::knows_from_before(const Session& session) const {
  return !has_loaded_ && !memory_.everybody.empty() &&
         memory_.database == session.reader.facts().invocation_id;
}

// Handed over is what holds now: nothing that was undone since comes back for a moment.
Result<void> AdSource::go_on_from_before(Session& session, SourceReceiver& receiver) {
  Nobody nobody;
  (void)roster_.replace(std::exchange(memory_.everybody, {}));
  position(session) = memory_.position;
  KONTOR_TRY(auto units, session.reader.units());
  (void)roster_.set_units(std::move(units));
  KONTOR_TRY(session.follower,
             begin_following(session.reader, settings_.follow, position(session)));
  const auto age = system_clock().now().time_since_epoch().count() - memory_.everything_read;
  next_everything_ = std::chrono::steady_clock::now() + settings_.reconcile_interval -
                     std::chrono::seconds(std::max<std::int64_t>(age, 0));
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  KONTOR_TRY(read_changes(session, upto, nobody));
  if (!session.follower->tells_deletions()) {
    KONTOR_TRY(compare_presence(session, nobody));
  }
  hand_over(roster_.complete(), receiver);
  has_loaded_ = true;
  return {};
}

Result<void> AdSource::catch_up(Session& session, SourceReceiver& receiver) {
  if (knows_from_before(session)) return go_on_from_before(session, receiver);
  if (!has_loaded_ || !positions_.contains(session.reader.facts().invocation_id))
    return read_everything(session, receiver);
  KONTOR_TRY(session.follower,
             begin_following(session.reader, settings_.follow, position(session)));
  KONTOR_TRY(const auto upto, session.reader.highest_usn());
  KONTOR_TRY(read_changes(session, upto, receiver));
  if (session.follower->tells_deletions()) return {};
  return compare_presence(session, receiver);
}

Result<void> AdSource::look(Session& session, SourceReceiver& receiver) {
  const auto now = std::chrono::steady_clock::now();
  if (wants_everything() || now >= next_everything_) return read_everything(session, receiver);
  KONTOR_TRY(const auto upto, ask_for_usn(session));
  controllers_->answered(session.controller.host);
  if (now >= session.next_ping) look_for_nearer(session);
  if (upto != position(session).usn) {
    KONTOR_TRY(read_changes(session, upto, receiver));
  }
  if (session.presence_due && now >= session.next_presence)
    return compare_presence(session, receiver);
  return {};
}

// Where there is another to go to, silence is not waited out: the other is signed in at, and this
// one is pinged. Who answers that is busy with us, and gets the time that every answer has.
Result<std::uint64_t> AdSource::ask_for_usn(const Session& session) {
  const auto other = controllers_->other_than(session.controller.host);
  if (!other) return session.reader.highest_usn(settings_.timeout);
  const auto is_worth_waiting = [&](std::chrono::milliseconds silence) {
    controllers_->failed(session.controller.host);  // till it answers: others are asked for tickets
    lines_.prepare(*other);
    return silence < settings_.timeout &&
           ping(session.controller, settings_.domain, k_last_ping).has_value();
  };
  KONTOR_TRY(const auto usn,
             session.reader.highest_usn(std::min(k_silence, settings_.timeout), is_worth_waiting));
  lines_.forget();
  return usn;
}

// Twice in a row, so that one that comes and goes is not followed back and forth.
void AdSource::look_for_nearer(Session& session) {
  session.next_ping = std::chrono::steady_clock::now() + k_between_pings;
  const auto nearer = controllers_->nearer_than(session.controller.host);
  if (!nearer || !ping(*nearer, settings_.domain, k_ping)) {
    session.pings = 0;
  } else if (++session.pings == 2) {
    controllers_->answered(nearer->host);
    session.is_over = true;
  }
}

// How changes are read is chosen anew: rights may have been given or taken.
Result<void> AdSource::read_everything(Session& session, SourceReceiver& receiver) {
  has_everything();
  Position now;
  KONTOR_TRY(session.follower, begin_following(session.reader, settings_.follow, now));
  KONTOR_TRY(auto units, session.reader.units());
  KONTOR_TRY(auto everybody, session.reader.everybody());
  everybody = without_latecomers(session, std::move(everybody));
  (void)roster_.set_units(std::move(units));
  hand_over(roster_.replace(std::move(everybody)), receiver);
  has_loaded_ = true;
  position(session) = std::move(now);
  memory_.everybody.clear();
  memory_.everything_read = system_clock().now().time_since_epoch().count();
  needs_names_ = true;
  next_everything_ = std::chrono::steady_clock::now() + settings_.reconcile_interval;
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
  Changes changes;
  if (!news.delta.containers.empty() || news.delta.touches_domain) {
    KONTOR_TRY(auto units, session.reader.units());
    changes = roster_.set_units(std::move(units));
  }
  append(changes, roster_.update(std::move(news.delta.changed)));
  for (const auto& [group, members] : news.groups)
    append(changes, roster_.change_members(group, members));
  append(changes, roster_.remove(news.delta.out_of_sight));
  append(changes, roster_.remove(news.deleted));
  note(session, changes);
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

void AdSource::note(const Session& session, const Changes& changes) {
  const auto now = std::chrono::steady_clock::now();
  const auto& database = session.reader.facts().invocation_id;
  for (const auto& one : changes.upserts) late_.heard(one.id.guid, database, now);
  for (const auto& id : changes.removals) late_.heard(id.guid, database, now);
}

// What another controller said of somebody a short while ago stays as it is.
std::vector<Converted> AdSource::without_latecomers(const Session& session,
                                                    std::vector<Converted> everybody) const {
  const auto& database = session.reader.facts().invocation_id;
  const auto late = late_.late_at(database, std::chrono::steady_clock::now());
  if (late.empty()) return everybody;
  const std::set<Uuid> kept(late.begin(), late.end());
  std::erase_if(everybody,
                [&kept](const Converted& one) { return kept.contains(one.principal.id.guid); });
  for (const auto& guid : late)
    if (const auto* one = roster_.find(guid); one != nullptr) everybody.push_back(*one);
  return everybody;
}

Result<void> AdSource::compare_presence(Session& session, SourceReceiver& receiver) {
  const auto begun = std::chrono::steady_clock::now();
  KONTOR_TRY(const auto present, session.reader.present());
  auto missing = roster_.missing_from(present);
  const auto done = std::chrono::steady_clock::now();
  session.next_presence = done + 2 * (done - begun);
  const auto& database = session.reader.facts().invocation_id;
  session.presence_due = std::erase_if(missing, [&](const Uuid& guid) {
                           return late_.may_be_late(guid, database, done);
                         }) > 0;
  if (session.presence_due) session.next_presence = done + k_replication_time;
  if (missing.empty()) return {};
  // Absence is not deletion: many missing at once are handed over as a complete set, which the
  // receiver may hold back.
  if (is_mass_loss(missing.size(), roster_.size(), loss_percent_))
    return read_everything(session, receiver);
  KONTOR_TRY(const auto gone, session.reader.confirm_gone(missing));
  auto changes = roster_.remove(gone);
  note(session, changes);
  hand_over(std::move(changes), receiver);
  return {};
}

}  // namespace

Domains make_domains(const config::ActiveDirectory& settings) {
  Domains domains = {std::make_shared<Controllers>(settings)};
  for (const auto& domain : settings.more_domains) {
    auto more = settings;
    more.domain = domain;
    more.controllers.clear();
    domains.push_back(std::make_shared<Controllers>(more));
  }
  return domains;
}

std::vector<std::unique_ptr<Source>> make_ad_sources(const config::Settings& settings,
                                                     const Domains& domains) {
  std::vector<std::unique_ptr<Source>> sources;
  for (const auto& domain : domains) {
    const std::string name = sources.empty() ? k_ad_source : k_ad_source + (":" + domain->domain());
    sources.push_back(std::make_unique<AdSource>(name, settings, domains, domain));
  }
  return sources;
}

}  // namespace kontor::directory
