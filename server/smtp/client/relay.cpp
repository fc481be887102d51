// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/smtp/client/relay.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <fstream>

#include "base/core/text.hpp"
#include "base/log/events/checks.hpp"
#include "base/log/events/relay.hpp"
#include "base/mime/idna.hpp"
#include "server/smtp/client/hosts.hpp"
#include "server/smtp/client/tls_told.hpp"
#include "server/smtp/client/transaction.hpp"

namespace kontor::smtp::client {

namespace events = log::events;
using log::Keys;

struct Relay::State {
  explicit State(RelayEnvironment given)
      : environment(std::move(given)),
        routes(environment.settings),
        own(environment.settings),
        memory(environment.clock),
        search{environment.resolver, environment.settings, environment.policies, nullptr,
               environment.told} {}

  RelayEnvironment environment;
  Routes routes;
  OwnAddresses own;
  HostMemory memory;
  HostSearch search;
  std::optional<Login> login;                // at the smart host
  std::vector<std::optional<Login>> logins;  // of each of the routes' rules
  std::shared_ptr<const net::ClientTlsContext> tls;

  Terms terms_for(const Route& route) const;
};

namespace {

constexpr unsigned k_submissions_port = 465;
constexpr std::string_view k_not_by_policy = "4.7.5";  // no host that the domain's policy names

TlsPolicy policy_of(const std::string& word) {
  if (word == "verify") return TlsPolicy::verify;
  if (word == "dane") return TlsPolicy::dane;
  return word == "require" ? TlsPolicy::require : TlsPolicy::may;
}

// One line, for us alone to read. `setting` names the file to the administrator.
Result<std::string> read_password(const std::string& setting, const std::string& file) {
  struct ::stat status{};
  if (::stat(file.c_str(), &status) != 0) return fail(errno_error(setting + " " + file, errno));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Errc::bad_input, setting + " " + file + " may be read by others: chmod 600");
  std::ifstream in(file);
  std::string password;
  if (!std::getline(in, password))
    return fail(Errc::bad_input, setting + " " + file + " holds no password");
  if (password.ends_with('\r')) password.pop_back();
  return password;
}

}  // namespace

Terms Relay::State::terms_for(const Route& route) const {
  const auto& settings = environment.settings;
  Terms terms;
  terms.own_name = settings.server.name;
  const auto* rule = route.rule;
  terms.tls = policy_of(rule != nullptr && !rule->tls.empty() ? rule->tls : settings.queue.tls);
  if (route.is_smart_host) terms.login = login;
  if (rule != nullptr && logins[route.rule_number]) terms.login = logins[route.rule_number];
  if (terms.login && terms.tls == TlsPolicy::may) terms.tls = TlsPolicy::require;
  terms.is_tls_first = route.kind == Route::Kind::host && route.port == k_submissions_port;
  terms.source =
      rule != nullptr && !rule->source.empty() ? rule->source : settings.queue.source_address;
  terms.connect_timeout = settings.queue.connect_timeout;
  terms.timeout = settings.queue.timeout;
  terms.timeout_after_dot = std::max(environment.timeout_after_dot, terms.timeout);
  terms.tls_context = tls;
  terms.connect = environment.connect;
  return terms;
}

namespace {

// What a message asks of the way to the other server (RFC 8689).
enum class Care : std::uint8_t {
  plain,
  strict,  // REQUIRETLS: verified TLS to a server that asks the same of the next
  loose,   // TLS-Required: No: what the recipient's domain asks of TLS does not count
};

// One run; the state is that of its relay.
template <class State>
class Run {
 public:
  Run(State& state, std::string destination, queue::Work& work)
      : state_(state),
        work_(work),
        route_(state.routes.route_of(destination)),
        terms_(state.terms_for(route_)),
        log_(state.environment.log.with({{Keys::domain, destination}})) {}

  Task<void> run() {
    while (!work_.is_stopping()) {
      auto piece = work_.next();
      if (!piece) break;
      if (!co_await serve(*std::move(piece))) co_return co_await leave();
    }
    if (is_shut_ && !work_.is_stopping()) {
      why_ = shut_why_;
      co_await defer_all();
    }
    co_await leave();
  }

 private:
  Task<void> leave() {
    if (peer_) co_await peer_->quit();
  }

  Care care_of(const queue::Envelope& envelope) const {
    if (envelope.requires_tls) return Care::strict;
    return envelope.tls_optional && terms_.tls == TlsPolicy::may ? Care::loose : Care::plain;
  }

  // What the settings of the route, or the message, say against any try; nothing: it may go.
  std::optional<queue::Outcome> refusal(const queue::Envelope& envelope) const {
    queue::Outcome why;
    why.fate = queue::Fate::failed;
    const auto most = route_.rule != nullptr ? route_.rule->max_size : 0;
    if (most != 0 && envelope.size > most) {
      why.status = "5.3.4";  // RFC 3463: message too big for system
      why.reason = fmt::format("the message has {} bytes, the route {} takes {}", envelope.size,
                               route_.rule->pattern, most);
      return why;
    }
    const bool is_by = envelope.is_by_return && envelope.deliver_by.time_since_epoch().count() != 0;
    if (!is_by || state_.environment.clock.now() < envelope.deliver_by) return std::nullopt;
    why.status = "5.4.7";
    why.reason = "it could not be delivered by the time its sender set";
    return why;
  }

  // False: the run is over.
  Task<bool> serve(queue::Piece piece) {
    if (auto refused = refusal(*piece.envelope)) {
      const std::vector<queue::Outcome> outcomes(piece.recipients.size(), *std::move(refused));
      log_outcomes(piece, outcomes, {});
      co_return co_await report(piece, outcomes);
    }
    const auto care = care_of(*piece.envelope);
    std::optional<std::string> bytes;
    for (int attempt = 0;; ++attempt) {
      is_report_ = is_tls_report(piece);
      if (!co_await connect(is_report_ ? Care::loose : care)) co_return co_await give_up(piece);
      if (!bytes) {
        auto read = co_await work_.read(piece);
        if (!read) co_return co_await report_unreadable(piece, read.error());
        bytes = *std::move(read);
      }
      const auto begin = state_.environment.clock.steady();
      auto handed =
          co_await hand_over(*peer_, terms_, piece, *bytes, state_.environment.clock.now());
      if (handed.is_untouched && attempt == 0 && !work_.is_stopping()) continue;
      if (peer_->is_broken()) state_.memory.note_bad(peer_->target().endpoint);
      log_outcomes(piece, handed.outcomes, state_.environment.clock.steady() - begin);
      co_return co_await report(piece, std::move(handed.outcomes));
    }
  }

  Task<bool> report_unreadable(const queue::Piece& piece, const Error& error) {
    queue::Outcome why;
    why.status = "4.3.0";  // RFC 3463: other or undefined mail system status
    why.reason = "reading the queue: " + error.text();
    const std::vector<queue::Outcome> outcomes(piece.recipients.size(), why);
    log_outcomes(piece, outcomes, {});
    return report(piece, outcomes);
  }

  Task<bool> report(const queue::Piece& piece, std::vector<queue::Outcome> outcomes) {
    auto told = co_await work_.report(piece, std::move(outcomes));
    co_return told.has_value();
  }

  // RFC 8460, 3: goes out whatever fails in TLS, and its own session is not counted.
  bool is_tls_report(const queue::Piece& piece) const {
    const auto& sender = state_.environment.settings.reports.tls_sender;
    return !sender.empty() && iequals(piece.envelope->sender, sender);
  }

  // Makes sure of a connection; otherwise why_ says why there is none.
  Task<bool> connect(Care care) {
    if (peer_ && !peer_->is_broken() && is_good_for(care)) co_return true;
    if (peer_) co_await peer_->quit();
    peer_.reset();
    if (!is_resolved_) {
      auto search = state_.search;
      if (is_report_) search.told = nullptr;
      auto found = co_await find_hosts(route_, search, state_.own);
      is_resolved_ = true;
      targets_ = std::move(found.targets);
      if (found.failure) why_ = *std::move(found.failure);
      if (targets_.empty() && why_.status == k_not_by_policy) shut();
    }
    is_alone_ = false;
    if (is_shut_) why_ = shut_why_;
    if (care == Care::strict) co_return co_await connect_strictly();
    const bool is_open = !is_shut_ && co_await connect_to_any();
    const bool may_be_loose = is_shut_ || (is_report_ && route_.kind == Route::Kind::domain);
    if (is_open || !may_be_loose || care != Care::loose) co_return is_open;
    co_return co_await connect_loosely();
  }

  void shut() {
    is_shut_ = true;
    shut_why_ = why_;
  }

  // A connection that is better than asked for will do.
  bool is_good_for(Care care) const {
    if (care == Care::strict) return care_ == Care::strict && peer_->offered.requiretls;
    return care == Care::loose || care_ != Care::loose;
  }

  Task<bool> connect_to_any() {
    care_ = Care::plain;
    bool lacks_tls = !targets_.empty();  // all of them
    // Final is what each of them refused for good. A host of the settings is our own mistake.
    bool is_final = route_.kind != Route::Kind::host;
    bool is_first = true;
    for (const auto& target : state_.memory.sort(targets_)) {
      if (work_.is_stopping()) co_return false;
      OpenFailure failure;
      if (co_await open(target, failure)) co_return true;
      if (is_first || is_final || !failure.is_final) why_ = std::move(failure.why);
      is_final = is_final && failure.is_final;
      lacks_tls = lacks_tls && failure.lacks_tls;
      is_first = false;
    }
    if (targets_.empty()) co_return false;
    why_.fate = is_final ? queue::Fate::failed : queue::Fate::deferred;
    if (!is_final) why_.status[0] = '4';  // RFC 3463, 2: the class says whether it is tried again
    if (lacks_tls && why_.fate == queue::Fate::deferred) shut();
    co_return false;
  }

  // RFC 8689, 4.2: a host whose name is certain, by TLS that is verified, and it offers the same.
  // When they answer and none is like that, the message comes back.
  Task<bool> connect_strictly() {
    care_ = Care::strict;
    bool is_any_down = false;
    queue::Outcome lacking;
    for (const auto& target : state_.memory.sort(targets_)) {
      if (work_.is_stopping()) co_return false;
      OpenFailure failure;
      if (co_await open_strictly(target, failure)) co_return true;
      is_any_down = is_any_down || !failure.lacks_tls;
      is_alone_ = is_alone_ || failure.lacks_tls;
      (failure.lacks_tls ? lacking : why_) = std::move(failure.why);
    }
    if (targets_.empty()) co_return false;
    if (!is_any_down) why_ = lacking;
    why_.fate = is_any_down ? queue::Fate::deferred : queue::Fate::failed;
    if (!why_.status.empty()) why_.status[0] = is_any_down ? '4' : '5';
    co_return false;
  }

  Task<bool> open_strictly(Target target, OpenFailure& failure) {
    const auto lack = [&](std::string_view status, std::string reason) {
      failure.lacks_tls = true;
      failure.why.status = status;  // RFC 8689, 4.2.1
      failure.why.reason = std::move(reason);
      failure.why.remote = target.host;
      log_.emit(events::k_relay_host_failed, {{Keys::host, target.host},
                                              {Keys::peer, target.endpoint.text()},
                                              {Keys::reason, failure.why.reason}});
      return false;
    };
    Terms strict = terms_;
    const auto& demand = target.demand;
    if (!demand.dane && (!demand.authorities || demand.is_tested)) {
      if (!target.is_name_sure)
        co_return lack("5.7.30", fmt::format("nothing proves that {} is the right host, which "
                                             "REQUIRETLS asks for (DANE, MTA-STS or DNSSEC)",
                                             target.host));
      strict.tls = TlsPolicy::verify;
    }
    auto opened = co_await open_peer(target, strict);
    if (opened.peer && opened.peer->offered.requiretls) {
      take(std::move(opened.peer), target);
      co_return true;
    }
    if (opened.peer) {
      co_await opened.peer->quit();
      co_return lack("5.7.30", target.host + " does not offer REQUIRETLS");
    }
    if (opened.failure.lacks_tls) co_return lack("5.7.10", std::move(opened.failure.why.reason));
    failure = std::move(opened.failure);
    state_.memory.note_bad(target.endpoint);
    co_return false;
  }

  // As if the domain had neither TLSA records nor a policy; why_ stays that of the first try.
  Task<bool> connect_loosely() {
    if (!loose_targets_) {
      auto search = state_.search;
      search.asks_nothing = true;
      if (is_report_) search.told = nullptr;
      auto found = co_await find_hosts(route_, search, state_.own);
      loose_targets_ = std::move(found.targets);
    }
    care_ = Care::loose;
    for (const auto& target : state_.memory.sort(*loose_targets_)) {
      if (work_.is_stopping()) co_return false;
      OpenFailure failure;
      if (co_await open(target, failure)) co_return true;
    }
    co_return false;
  }

  void take(std::unique_ptr<Peer> peer, const Target& target) {
    peer_ = std::move(peer);
    state_.memory.note_good(target.endpoint);
    log_.emit(events::k_relay_host_connected, {{Keys::host, target.host},
                                               {Keys::peer, target.endpoint.text()},
                                               {Keys::tls, tls_word()},
                                               {Keys::policy, policy_word(target)},
                                               {Keys::cert, peer_->certificate()}});
  }

  Task<bool> open(Target target, OpenFailure& failure) {
    if (terms_.tls == TlsPolicy::dane && !target.demand.dane) {
      failure.lacks_tls = true;
      failure.why.status = "4.7.5";
      failure.why.reason = target.host + " has no TLSA records that count, which its route demands";
      failure.why.remote = target.host;
      co_return false;
    }
    auto opened = co_await open_peer(target, terms_);
    if (state_.search.told != nullptr && route_.kind == Route::Kind::domain && !is_report_)
      tell_session(*state_.search.told, route_.name, target, opened,
                   terms_.tls == TlsPolicy::verify);
    if (!opened.peer && opened.failure.is_tls) {
      log_.emit(events::k_relay_tls_failed, {{Keys::host, target.host},
                                             {Keys::peer, target.endpoint.text()},
                                             {Keys::policy, policy_word(target)},
                                             {Keys::detail, records_of(target.demand)},
                                             {Keys::reason, opened.failure.why.reason}});
      const bool may_be_clear = terms_.tls == TlsPolicy::may && !target.demand.needs_tls;
      if (may_be_clear && !terms_.is_tls_first) {  // RFC 7435, 3
        Terms clear = terms_;
        clear.tls = TlsPolicy::none;
        opened = co_await open_peer(target, clear);
      }
    }
    if (opened.peer) {
      take(std::move(opened.peer), target);
      co_return true;
    }
    failure = std::move(opened.failure);
    state_.memory.note_bad(target.endpoint);
    const auto& kind =
        failure.is_sign_in ? events::k_relay_sign_in_refused : events::k_relay_host_failed;
    log_.emit(kind, {{Keys::host, target.host},
                     {Keys::peer, target.endpoint.text()},
                     {Keys::reason, failure.why.reason}});
    co_return false;
  }

  // No host can be had for `piece`, so for nothing else of this destination.
  Task<bool> give_up(const queue::Piece& piece) {
    if (work_.is_stopping()) co_return false;  // it stays due
    const std::vector<queue::Outcome> outcomes(piece.recipients.size(), why_);
    if (why_.fate == queue::Fate::failed) log_outcomes(piece, outcomes, {});
    if (!co_await report(piece, outcomes)) co_return false;
    // Each message by itself: the next may go.
    if (why_.fate == queue::Fate::failed || is_alone_ || is_shut_) co_return true;
    co_await defer_all();
    co_return false;
  }

  // Nobody can be reached: the rest would fare no better.
  Task<void> defer_all() {
    log_.emit(events::k_relay_destination_deferred,
              {{Keys::status, why_.status}, {Keys::reason, why_.reason}});
    auto deferred = co_await work_.defer_all(why_);
    static_cast<void>(deferred);  // the run is over either way
  }

  std::string tls_word() const {
    return peer_ && peer_->is_tls() ? peer_->tls() : std::string("none");
  }

  // Which TLSA records were to be met, cut.
  static std::string records_of(const Demand& demand) {
    constexpr std::size_t k_shown = 4, k_longest = 160;
    std::string out;
    for (std::size_t i = 0; demand.dane && i < demand.dane->records.size() && i < k_shown; ++i)
      out.append(i > 0 ? "; " : "")
          .append(net::text_of(demand.dane->records[i]).substr(0, k_longest));
    return out;
  }

  std::string_view policy_word(const Target& target) const {
    if (terms_.tls == TlsPolicy::verify) return "verify";
    if (target.demand.dane) return "dane";
    if (target.demand.authorities && !target.demand.is_tested) return "mta-sts";
    if (care_ == Care::strict) return "verify";
    if (target.demand.needs_tls) return "dane-unusable";
    return terms_.tls == TlsPolicy::require ? "require" : "may";
  }

  // S82: what became of each recipient's copy, and in whose words.
  void log_outcomes(const queue::Piece& piece,
                    const std::vector<queue::Outcome>& outcomes,
                    SteadyTime::duration time) const {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto& outcome = outcomes[i];
      const bool is_sent = outcome.fate == queue::Fate::relayed;
      const auto& kind = is_sent                               ? events::k_relay_recipient_sent
                         : outcome.fate == queue::Fate::failed ? events::k_relay_recipient_refused
                                                               : events::k_relay_recipient_deferred;
      log_.emit(kind, {{Keys::trace, piece.envelope->trace},
                       {Keys::sender, piece.envelope->sender},
                       {Keys::address, piece.recipients[i].address},
                       {Keys::host, outcome.remote},
                       {Keys::peer, peer_ ? peer_->target().endpoint.text() : std::string()},
                       {Keys::tls, tls_word()},
                       {Keys::policy, peer_ ? policy_word(peer_->target()) : std::string_view()},
                       {Keys::status, outcome.status},
                       {Keys::reply, outcome.diagnostic},
                       {Keys::reason, outcome.reason},
                       {Keys::micros, micros}});
    }
  }

  State& state_;
  queue::Work& work_;
  Route route_;
  Terms terms_;
  log::Context log_;
  std::vector<Target> targets_;
  std::optional<std::vector<Target>> loose_targets_;
  bool is_resolved_ = false;
  bool is_report_ = false;  // the piece in hand
  // All hosts answer, but none has the TLS that is asked for: only what asks for less may go.
  bool is_shut_ = false;
  queue::Outcome shut_why_;
  bool is_alone_ = false;    // why_ is about one message, not about the destination
  Care care_ = Care::plain;  // that peer_ was opened with
  queue::Outcome why_;
  std::unique_ptr<Peer> peer_;
};

}  // namespace

Relay::Relay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Relay::~Relay() = default;

Result<std::unique_ptr<Relay>> Relay::make(RelayEnvironment environment) {
  auto state = std::make_unique<State>(std::move(environment));
  const auto& queue = state->environment.settings.queue;
  KONTOR_TRY(state->tls, net::ClientTlsContext::make(queue.ca_file));
  if (state->environment.policies != nullptr) {
    const auto& file = state->environment.settings.outbound.mta_sts_ca_file;
    KONTOR_TRY(state->search.authorities, net::ClientTlsContext::make(file));
  }
  for (const auto& rule : state->routes.rules()) {
    state->logins.emplace_back();
    if (rule.user.empty()) continue;
    const auto setting = "queue.routes (" + rule.pattern + "): password_file";
    KONTOR_TRY(auto password, read_password(setting, rule.password_file));
    state->logins.back() = Login{rule.user, std::move(password)};
  }
  if (!queue.smart_host.empty() && !queue.smart_host_user.empty()) {
    KONTOR_TRY(auto password,
               read_password("queue.smart_host_password_file", queue.smart_host_password_file));
    state->login = Login{queue.smart_host_user, std::move(password)};
  }
  return std::unique_ptr<Relay>(new Relay(std::move(state)));
}

std::string Relay::destination(std::string_view address) const {
  return state_->routes.destination_of(address);
}

queue::DestinationRules Relay::rules(std::string_view destination) const {
  return state_->routes.rules_of(destination);
}

Task<void> Relay::deliver(std::string destination, queue::Work& work) {
  const auto& log = state_->environment.log;
  try {
    Run run(*state_, std::move(destination), work);
    co_await run.run();
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) co_return;  // cancelled
    log.emit(events::k_relay_run_failed, {{Keys::detail, error.what()}});
  } catch (const std::exception& error) {
    log.emit(events::k_relay_run_failed, {{Keys::detail, error.what()}});
  }
}

namespace {

constexpr std::size_t k_most_probed = 2;
constexpr int k_probe_steps = 4;  // that share checks.timeout: connecting, greetings, MAIL, RCPT

// One host's answer; unknown, when it cannot be spoken with.
Task<Probe> probe_host(Target target, Terms terms, std::string address) {
  auto opened = co_await open_peer(target, terms);
  if (!opened.peer && opened.failure.is_tls) {  // RFC 7435, 3
    terms.tls = TlsPolicy::none;
    opened = co_await open_peer(target, terms);
  }
  Probe out;
  out.remote = target.host;
  out.reply = std::move(opened.failure.why.reason);
  if (!opened.peer) co_return out;
  out = co_await probe_address(*opened.peer, std::move(address));
  co_await opened.peer->quit();
  co_return out;
}

}  // namespace

Task<Probe> Relay::probe(std::string address) {
  const auto& settings = state_->environment.settings;
  const auto domain = mime::domain_to_ascii(address.substr(address.rfind('@') + 1));
  Probe out;
  if (!domain) co_return out;
  const auto route = state_->routes.route_of(*domain);
  if (route.kind != Route::Kind::domain) co_return out;
  auto terms = state_->terms_for(Route());
  terms.tls = TlsPolicy::may;
  const net::Limit step =
      std::max<net::Limit>(std::chrono::seconds(1), settings.checks.timeout / k_probe_steps);
  terms.connect_timeout = std::min(terms.connect_timeout, step);
  terms.timeout = std::min(terms.timeout, step);
  auto search = state_->search;
  search.told = nullptr;
  search.asks_nothing = true;
  const auto deadline = std::chrono::steady_clock::now() + settings.checks.timeout;
  auto found = co_await find_hosts(route, search, state_->own);
  if (found.failure) out.reply = found.failure->reason;
  std::size_t asked = 0;
  for (const auto& target : state_->memory.sort(std::move(found.targets))) {
    if (asked++ == k_most_probed || std::chrono::steady_clock::now() >= deadline) break;
    out = co_await probe_host(target, terms, address);
    if (!out.words.empty()) break;
    state_->memory.note_bad(target.endpoint);
  }
  state_->environment.log.emit(
      events::k_sender_asked,
      {{Keys::address, address}, {Keys::host, out.remote}, {Keys::detail, out.reply}});
  co_return out;
}

}  // namespace kontor::smtp::client
