// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/server.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/strand.hpp>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>

#include "base/io/blocking.hpp"
#include "base/io/file_system.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/server.hpp"
#include "base/net/resolver.hpp"
#include "base/net/signal.hpp"
#include "base/net/task_group.hpp"
#include "directory/cache/directory_service.hpp"
#include "directory/model/identity.hpp"
#include "search/extract/make_extractor.hpp"
#include "server/admin/audit_log.hpp"
#include "server/app/administration.hpp"
#include "server/app/block_file.hpp"
#include "server/app/certificate.hpp"
#include "server/app/chosen.hpp"
#include "server/app/collected_mail.hpp"
#include "server/app/dmarc_reports.hpp"
#include "server/app/drop_folder.hpp"
#include "server/app/folder_contacts.hpp"
#include "server/app/gate.hpp"
#include "server/app/guards.hpp"
#include "server/app/invitations.hpp"
#include "server/app/local_transport.hpp"
#include "server/app/mailbox_owners.hpp"
#include "server/app/monitor.hpp"
#include "server/app/notify.hpp"
#include "server/app/out_of_office_replies.hpp"
#include "server/app/own_letter.hpp"
#include "server/app/process.hpp"
#include "server/app/received_reports.hpp"
#include "server/app/router.hpp"
#include "server/app/script_outbox.hpp"
#include "server/app/sender_probe.hpp"
#include "server/app/session_warden.hpp"
#include "server/app/spelling.hpp"
#include "server/app/sts.hpp"
#include "server/app/tls_reports.hpp"
#include "server/app/watchdog.hpp"
#include "server/app/web.hpp"
#include "server/dav/homes.hpp"
#include "server/dav/schedule.hpp"
#include "server/delivery/delivery.hpp"
#include "server/filter/checks.hpp"
#include "server/filter/outbound.hpp"
#include "server/filter/scan/scanning.hpp"
#include "server/filter/screening/screening.hpp"
#include "server/http/server.hpp"
#include "server/imap/server.hpp"
#include "server/imap/url_access.hpp"
#include "server/indexer/indexer.hpp"
#include "server/ldap/server.hpp"
#include "server/managesieve/server.hpp"
#include "server/message_trace/database/recorder.hpp"
#include "server/moderation/moderation.hpp"
#include "server/moderation/page.hpp"
#include "server/pickup/pickup.hpp"
#include "server/policy/access.hpp"
#include "server/policy/sign_in.hpp"
#include "server/pop3/server.hpp"
#include "server/queue/queue.hpp"
#include "server/rules/engine.hpp"
#include "server/scheduling/scheduler.hpp"
#include "server/smtp/client/relay.hpp"
#include "server/smtp/server.hpp"
#include "server/trace/app_password_sign_in.hpp"
#include "server/trace/guarded_sign_in.hpp"
#include "server/trace/sessions.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds k_first_copy{60};      // for people at the first start of all
constexpr std::chrono::seconds k_goodbye{10};         // for connections to end by themselves
constexpr std::chrono::seconds k_cut{10};             // for cut ones
constexpr std::chrono::seconds k_queue_patience{10};  // for what the queue has under way
constexpr std::chrono::seconds k_watch_tick{1};       // for what ends sessions at a time of its own
constexpr std::chrono::seconds k_house_tick{5};
constexpr std::chrono::minutes k_keys_tick{10};
constexpr std::chrono::minutes k_uses_tick{1};  // between writings of app passwords' last uses
constexpr std::uint32_t k_workers = 2;          // large messages, long questions
constexpr std::uint32_t k_disk_threads = 2;     // for housekeeping; the store has its own
constexpr std::uint64_t k_other_descriptors = 1'024;  // beside connections: logs, sockets

}  // namespace

// Members in the order they are made; taken down the other way round.
struct Server::State {
  State(config::Settings all, std::unique_ptr<log::Log> file)
      : settings(std::move(all)), log_file(std::move(file)), log(*log_file), tasks(log) {}
  ~State();

  const config::Settings settings;
  std::unique_ptr<log::Log> log_file;
  log::Context log;
  const Clock& clock = system_clock();
  io::DiskPool disk{k_disk_threads};
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::signal_set signals{io};
  std::unique_ptr<Certificate> certificate;
  std::unique_ptr<trace::Sessions> sessions;
  std::unique_ptr<net::Resolver> resolver;
  std::unique_ptr<trace::Guard> guard;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<policy::Policies> policies;
  std::unique_ptr<policy::Keeper> policy_keeper;
  std::unique_ptr<MailboxOwners> owners;
  std::unique_ptr<message_trace::Recorder> trace;  // nullptr: nothing is kept
  std::unique_ptr<store::AccountStore> store;
  std::unique_ptr<search::Extractor> extractor;
  std::unique_ptr<indexer::Indexer> searcher;
  std::unique_ptr<directory::DirectoryService> directory;
  std::unique_ptr<trace::AppPasswords> app_passwords;
  std::unique_ptr<directory::SignInService> app_sign_in, guarded, sign_in;
  std::unique_ptr<ScriptOutbox> scripts;
  std::unique_ptr<OutOfOfficeReplies> out_of_office;
  std::unique_ptr<Invitations> invitations;
  std::unique_ptr<scheduling::Journal> journal;
  std::unique_ptr<scheduling::Scheduler> scheduler;
  std::unique_ptr<moderation::Moderation> moderation;
  std::unique_ptr<delivery::Delivery> delivery;
  std::optional<delivery::Journal> archives;
  std::optional<smtp::Journalling> journalling;
  std::unique_ptr<LocalTransport> local;
  std::unique_ptr<smtp::client::StsPolicies> sts;   // null: MTA-STS is not looked at
  std::unique_ptr<reports::TlsKeeper> tls_results;  // null: no TLS reports are made
  std::unique_ptr<reports::Received> received;      // null: no reports of others are read
  std::unique_ptr<ReceivedReports> received_reports;
  std::unique_ptr<collector::Collector> collector;
  std::unique_ptr<smtp::client::Relay> relay;
  std::unique_ptr<DropFolder> drop;
  std::unique_ptr<Router> router;
  std::unique_ptr<pickup::Pickup> pickup;  // null: queue.pickup is off
  std::unique_ptr<filter::dkim::KeyRing> dkim_keys;
  std::unique_ptr<filter::Outbound> outbound;
  std::unique_ptr<queue::Queue> queue;
  std::unique_ptr<TlsReports> tls_reports;
  std::unique_ptr<rules::Engine> rule_engine;
  std::unique_ptr<smtp::Routing> routing;
  std::unique_ptr<smtp::Gate> smtp_gate;
  std::unique_ptr<filter::Checks> checks;
  std::unique_ptr<filter::dmarc::Keeper> dmarc_results;  // null: no reports are made
  std::unique_ptr<DmarcReports> dmarc_reports;
  std::unique_ptr<filter::Screening> screening;
  std::unique_ptr<filter::Scanning> scanning;
  std::unique_ptr<Guards> guards;
  std::optional<imap::Environment> imap;
  std::optional<pop3::Environment> pop3;
  std::optional<managesieve::Environment> managesieve;
  std::optional<smtp::Environment> smtp;
  std::unique_ptr<directory::BookKeeper> books;
  std::optional<ldap::Environment> ldap;
  std::unique_ptr<Monitor> monitor;
  http::Routes web;
  std::optional<http::Cookies> cookies;
  std::optional<http::Rates> rates;
  std::optional<http::Environment> http;
  std::unique_ptr<admin::AuditLog> audit;
  std::optional<admin::Environment> admin;
  std::unique_ptr<Administration> control;
  std::vector<std::unique_ptr<net::Acceptor>> acceptors;
  net::Signal stop;       // SIGTERM or SIGINT came
  net::Signal house;      // something for the housekeeping: directory changed, SIGHUP, stopping
  net::Signal mailboxes;  // stopping: the upkeep of mailboxes waits no more
  net::Signal keys;       // stopping: the upkeep of DKIM keys waits no more
  net::Signal watchdog;   // stopping: it needs no more food
  std::atomic<bool> is_stopping = false;
  std::atomic<bool> is_hung_up = false;
  directory::Subscription subscription;
  net::TaskGroup tasks;
  io::WorkPool workers{"kontor-work", k_workers};  // its last jobs use what stands above
  std::vector<std::jthread> threads;

  Result<void> open_parts();
  Result<void> open_directory();
  Result<void> open_queue();
  Result<void> open_reports();
  Result<void> open_rules();
  Result<void> open_moderation();
  void make_scheduler();
  void make_journalling();
  void make_environments();
  Result<std::unique_ptr<Guards>> make_guards();
  void make_collector();
  void make_monitor();
  void make_admin();
  void listen_on(OpenPort open);
  net::Acceptor::Handler handler_for(const Port& port);
  net::Acceptor::Handler server_of(const Port& port);
  Task<void> serve_if_admitted(std::unique_ptr<net::Stream> stream,
                               Port port,
                               Gate::Verdict verdict,
                               net::Acceptor::Handler serve) const;
  void start_threads();
  void await_signal();
  void reopen_log();
  Task<void> keep_house();
  Task<void> keep_mailboxes();
  Task<void> keep_keys();
  Task<void> shut_down();
};

Server::State::~State() {
  work.reset();
  io.stop();
  threads.clear();  // joined: from here on nothing runs
}

void Server::State::start_threads() {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  const auto count = settings.server.threads == 0 ? cores : settings.server.threads;
  for (std::uint32_t i = 0; i < count; ++i)
    threads.emplace_back([this] {
      io::forbid_blocking();
      io.run();
    });
}

Result<void> Server::State::open_parts() {
  const auto& folder = settings.server.data_folder;
  if (is_root()) log.emit(log::events::k_started_as_root);
  const auto descriptors = raise_file_limit();
  if (descriptors < settings.server.max_connections + k_other_descriptors)
    log.emit(log::events::k_descriptors_few, {{log::Keys::count, descriptors}});
  KONTOR_TRY(check_data_folder(folder));
  KONTOR_TRY(certificate, Certificate::load(settings, clock, log));
  sessions = trace::Sessions::make(limits_of(settings.server), clock);
  KONTOR_TRY(resolver, net::Resolver::make(settings.dns));
  guard = trace::Guard::make(settings.sign_in, clock, log);
  load_blocks(*guard, folder, log);
  gate = std::make_unique<Gate>(settings, *guard, *resolver, log);
  start_threads();
  policies = std::make_unique<policy::Policies>(settings, log);
  KONTOR_TRY(policy_keeper, policy::Keeper::open(io::real_file_system(), folder + "/policies",
                                                 *policies, disk, [this] { house.raise(); }));
  owners = std::make_unique<MailboxOwners>(settings, *policies, clock);
  store::StoreEnvironment environment{io::real_file_system(), io.get_executor(), log, clock};
  environment.policy = [this](const store::Binding& owner) { return owners->policy(owner); };
  environment.standing = [this](const store::Binding& owner) { return owners->standing(owner); };
  environment.quota_letter = [this](const store::Binding& owner, const store::Quota& quota) {
    return owners->quota_letter(owner, quota);
  };
  auto opened = store::AccountStore::open(environment, folder + "/accounts", settings.store);
  if (!opened && opened.error().code() == Errc::busy)
    return fail(Errc::busy, "another server is using the data folder " + folder);
  if (!opened) return fail(std::move(opened).error().while_doing("opening the mailboxes"));
  store = *std::move(opened);
  extractor = search::make_extractor(settings.search, sibling_program("kontor-extract"), log);
  searcher = std::make_unique<indexer::Indexer>(
      indexer::IndexerEnvironment{settings, *store, clock, log, extractor.get()});
  KONTOR_TRY(journal, scheduling::Journal::open(io::real_file_system(), folder + "/untold", disk));
  KONTOR_TRY(open_queue());
  KONTOR_TRY(open_rules());
  KONTOR_TRY(open_directory());
  return open_moderation();
}

Result<void> Server::State::open_moderation() {
  moderation::Environment environment{
      settings, *directory, io::real_file_system(), disk, *queue, clock, log, trace.get()};
  auto opened = moderation::Moderation::open(std::move(environment),
                                             settings.server.data_folder + "/moderation");
  if (!opened) return fail(std::move(opened).error().while_doing("opening the held messages"));
  moderation = *std::move(opened);
  return {};
}

Result<void> Server::State::open_queue() {
  const auto& folder = settings.server.data_folder;
  dkim_keys =
      filter::dkim::KeyRing::open({io::real_file_system(), disk, clock, log}, folder + "/dkim");
  outbound = std::make_unique<filter::Outbound>(
      filter::Outbound::Environment{settings, *dkim_keys, workers, clock, log});
  queue::QueueEnvironment environment{io::real_file_system(), io.get_executor(), settings, log,
                                      clock};
  environment.dress = [this](bool is_ours, std::string bytes) {
    return outbound->dress(is_ours, std::move(bytes));
  };
  if (settings.message_trace.enabled)
    trace = std::make_unique<message_trace::Recorder>(message_trace::RecorderEnvironment{
        settings.message_trace, folder + "/message-trace", settings.queue.reserve, log});
  environment.trace = trace.get();
  environment.bad_mail = folder + "/badmail";
  auto opened = queue::Queue::open(std::move(environment), settings.server.data_folder + "/queue");
  if (!opened) return fail(std::move(opened).error().while_doing("opening the queue"));
  queue = *std::move(opened);
  drop = std::make_unique<DropFolder>(io::real_file_system(), disk,
                                      settings.server.data_folder + "/drop");
  if (settings.queue.pickup)
    pickup = std::make_unique<pickup::Pickup>(
        pickup::Pickup::Environment{settings, io::real_file_system(), *queue, disk, clock, log},
        settings.server.data_folder + "/pickup");
  if (settings.outbound.mta_sts) {
    auto fetch = make_policy_fetch(settings.outbound, *resolver);
    if (!fetch) return fail(std::move(fetch).error().while_doing("outbound.mta_sts_ca_file"));
    sts = smtp::client::StsPolicies::open(
        {*resolver, io::real_file_system(), clock, log, *std::move(fetch)},
        settings.server.data_folder + "/mta-sts");
  }
  if (!settings.reports.tls_sender.empty())
    tls_results = reports::TlsKeeper::open({io::real_file_system(), clock, log},
                                           settings.server.data_folder + "/tls-results");
  smtp::client::RelayEnvironment others{settings, *resolver, log, clock};
  others.policies = sts.get();
  others.told = tls_results.get();
  auto made = smtp::client::Relay::make(std::move(others));
  if (!made) return fail(std::move(made).error().while_doing("preparing mail to others"));
  relay = *std::move(made);
  return open_reports();
}

Result<void> Server::State::open_reports() {
  const auto& wanted = settings.reports;
  if (!wanted.addresses.empty())
    received = std::make_unique<reports::Received>(
        reports::Received::Environment{io::real_file_system(), log, wanted.keep, wanted.max_size},
        settings.server.data_folder + "/reports");
  if (!tls_results) return {};
  auto made = TlsReports::make(
      {settings, *tls_results, *dkim_keys, *resolver, *queue, workers, disk, clock, log});
  if (!made) return fail(std::move(made).error().while_doing("reports.ca_file"));
  tls_reports = *std::move(made);
  return {};
}

Result<void> Server::State::open_rules() {
  rules::Engine::Environment parts{io::real_file_system(), disk, workers, clock, log,
                                   settings.server.name};
  parts.extractor = extractor.get();
  parts.send = [this](std::string to, std::string bytes) {
    OwnLetter letter;
    letter.recipient = std::move(to);
    letter.notify = queue::k_notify_never;
    letter.bytes = std::move(bytes);
    letter.date = clock.now();
    return enqueue(*queue, std::move(letter));
  };
  KONTOR_TRY(rule_engine, rules::Engine::open(std::move(parts), settings.server.data_folder));
  return {};
}

Result<void> Server::State::open_directory() {
  directory::ServiceOptions options;
  options.program = sibling_program("kontor-directory");
  auto started = directory::DirectoryService::start(settings, std::move(options), clock, log);
  if (!started) return fail(std::move(started).error().while_doing("starting kontor-directory"));
  directory = *std::move(started);
  if (!directory->wait_for_copy(k_first_copy)) log.emit(log::events::k_directory_late);
  policies->set_directory(*directory);
  rule_engine->set_directory(*directory);
  subscription = directory->subscribe([this] { house.raise(); });
  // Nobody is taken for gone while his source is silent or a loss of people is held back.
  owners->set_directory(*directory, [this](const std::string& source) {
    const auto status = directory->status();
    const auto is_it = [&](const auto& one) { return one.source == source && one.is_reachable; };
    return status.is_running && status.held_back == 0 && std::ranges::any_of(status.sources, is_it);
  });
  return {};
}

void Server::State::make_scheduler() {
  invitations = std::make_unique<Invitations>(
      Invitations::Environment{settings, *directory, *policies, *delivery, *store, *queue, workers,
                               tasks, io.get_executor(), clock, log});
  scheduling::Environment environment{settings,
                                      *directory,
                                      *store,
                                      *policies,
                                      clock,
                                      log,
                                      dav::make_standard_collections,
                                      dav::schedule_tag_entry,
                                      [this](calendar::SchedulingMessage message, std::string to) {
                                        return invitations->send(std::move(message), std::move(to));
                                      }};
  environment.journal = journal.get();
  environment.spawn = [this](Task<void> task) {
    tasks.spawn(asio::make_strand(io), std::move(task));
  };
  scheduler = std::make_unique<scheduling::Scheduler>(std::move(environment));
}

void Server::State::make_environments() {
  app_passwords = trace::AppPasswords::open(
      {io::real_file_system(), settings, clock, log, [this] { house.raise(); }});
  app_sign_in =
      trace::app_password_sign_in({settings, *directory, *directory, *app_passwords, clock, log});
  guarded = trace::guarded_sign_in(settings, *app_sign_in, *directory, *guard);
  sign_in = policy::policed_sign_in(*guarded, *policies);
  out_of_office = std::make_unique<OutOfOfficeReplies>(OutOfOfficeReplies::Environment{
      settings, *store, *queue, tasks, io.get_executor(), clock, log});
  const auto stored = [this](delivery::StoredCopy copy) {
    if (copy.message != nullptr) invitations->consider(*scheduler, copy);
    if (copy.report != nullptr && received_reports)
      received_reports->consider(copy.report, copy.header);
    if (copy.notes != nullptr) out_of_office->consider(*delivery, std::move(copy));
  };
  scripts = std::make_unique<ScriptOutbox>(*queue, *policies, clock);
  delivery = std::make_unique<delivery::Delivery>(
      delivery::DeliveryEnvironment{settings, *directory, *store, workers, log, clock, stored,
                                    [this] { return directory->knows_everybody(); }, scripts.get(),
                                    trace.get(), moderation.get()});
  scripts->set_delivery(*delivery);
  moderation->set_delivery(*delivery);
  make_scheduler();
  if (received)
    received_reports = std::make_unique<ReceivedReports>(ReceivedReports::Environment{
        settings, *directory, *received, workers, tasks, io.get_executor(), clock, log});
  local = std::make_unique<LocalTransport>(*delivery, queue.get());
  router = std::make_unique<Router>(local.get(), relay.get(), drop.get());
  routing = std::make_unique<smtp::Routing>(*delivery, *queue, workers, clock, log);
  make_journalling();
  smtp_gate = std::make_unique<smtp::Gate>(settings.smtp);
  if (!settings.checks.report_sender.empty()) {
    dmarc_results = filter::dmarc::Keeper::open({io::real_file_system(), clock, log},
                                                settings.server.data_folder + "/dmarc");
    dmarc_reports = std::make_unique<DmarcReports>(DmarcReports::Environment{
        settings, *dmarc_results, *resolver, *queue, workers, disk, clock, log});
  }
  checks = std::make_unique<filter::Checks>(settings, *resolver, clock, dmarc_results.get());
  screening = std::make_unique<filter::Screening>(settings, *resolver, clock);
  scanning = std::make_unique<filter::Scanning>(settings, filter::scan::real_dial());
  const auto tls = [this] { return certificate->current(); };
  const line::Environment line{settings, *sign_in, *sessions, clock, tls, log};
  imap.emplace(
      imap::Environment{settings, *directory, *sign_in, *store, *sessions, clock, tls, log});
  imap->searcher = searcher.get();
  pop3.emplace(pop3::Environment{line, *directory, *store});
  managesieve.emplace(managesieve::Environment{line, *directory, *store});
  smtp.emplace(smtp::Environment{settings, *directory, *sign_in, *routing, *smtp_gate, *sessions,
                                 clock, tls, log, *policies});
  smtp->checks = checks.get();
  smtp->screening = screening.get();
  smtp->scanning = scanning.get();
  smtp->trace = trace.get();
  smtp->rules = rule_engine.get();
  smtp->fetch_url = [this](directory::Identity who, std::string url) {
    return imap::read_for_submission(*imap, std::move(who), std::move(url));
  };
  books = std::make_unique<directory::BookKeeper>(*directory, make_spelling(),
                                                  folders_in_book(store->shares(), *directory));
  ldap.emplace(ldap::Environment{
      line, *directory, *books,
      directory::PhotoShelf(settings.server.data_folder, io::real_file_system()), workers});
  web = make_web(settings, *directory, *sign_in, *store, workers, books.get(), *scheduler,
                 *policies, *guard, clock);
  web.add(moderation::routes(*moderation, settings, *directory));
  // As at a sign-in: by the newest copy, the policies, and where the request comes from.
  cookies.emplace(
      settings.dav.session, clock,
      [this](const directory::Identity& before,
             std::string_view peer) -> Result<directory::Identity> {
        KONTOR_TRY(auto now, directory::refresh_identity(*directory->current(), before,
                                                         clock.now().time_since_epoch().count()));
        KONTOR_TRY(policy::check_access(*policies->of(now.id), config::PolicyProtocol::http, peer));
        return now;
      });
  rates.emplace(settings.http, clock);
  http.emplace(http::Environment{line, web, &*cookies, &*rates});
  make_monitor();
  make_admin();
}

void Server::State::make_monitor() {
  monitor = std::make_unique<Monitor>(
      MonitorEnvironment{settings, *log_file, *directory, *sessions, *queue, *store, *searcher,
                         disk, clock, [this] { return certificate->current(); }});
  web.add(monitor->routes());
}

void Server::State::make_journalling() {
  archives.emplace(settings, delivery->domains());
  journalling.emplace(
      smtp::Journalling{*archives, *directory, *queue, workers, clock, log, trace.get()});
  routing->set_journalling(*journalling);
  moderation->set_journal(
      [this](moderation::Released mail) { return keep_released(*journalling, std::move(mail)); });
}

Result<std::unique_ptr<Guards>> Server::State::make_guards() {
  connect_probes(*screening, *relay);
  return Guards::open({settings, *directory, *policies, *store, *delivery, *queue, *screening,
                       workers, clock, log, trace.get()});
}

void Server::State::make_admin() {
  admin.emplace(admin::Environment{settings, *directory, *store, *delivery, *sessions, clock,
                                   directory.get(), log, guard.get(), queue.get(),
                                   policy_keeper.get(), app_passwords.get()});
  admin->searcher = searcher.get();
  admin->books = books.get();
  admin->workers = &workers;
  admin->dkim_keys = dkim_keys.get();
  admin->dmarc_results = dmarc_results.get();
  if (dmarc_reports) admin->send_dmarc_reports = [this] { return dmarc_reports->send(true); };
  admin->tls_results = tls_results.get();
  if (tls_reports) admin->send_tls_reports = [this] { return tls_reports->send(true); };
  admin->received = received.get();
  audit = std::make_unique<admin::AuditLog>(
      io::real_file_system(), admin::audit_folder(settings.server.data_folder), disk, clock, log);
  admin->audit = audit.get();
  admin->trace = trace.get();
  admin->rules = rule_engine.get();
  admin->moderation = moderation.get();
}

void Server::State::make_collector() {
  collector =
      open_collector({settings, *delivery, *queue, *resolver, workers, disk, io.get_executor(),
                      clock, log, &*journalling, scanning.get(), trace.get()});
  admin->collector = collector.get();
}

net::Acceptor::Handler Server::State::server_of(const Port& port) {
  const bool implicit_tls = port.implicit_tls;
  if (port.service == Service::imap)
    return [this, implicit_tls](std::unique_ptr<net::Stream> stream) {
      return imap::serve(std::move(stream), implicit_tls, *imap);
    };
  if (port.service == Service::pop3)
    return [this, implicit_tls](std::unique_ptr<net::Stream> stream) {
      return pop3::serve(std::move(stream), implicit_tls, *pop3);
    };
  if (port.service == Service::sieve)
    return [this](std::unique_ptr<net::Stream> stream) {
      return managesieve::serve(std::move(stream), *managesieve);
    };
  if (port.service == Service::http)
    return [this](std::unique_ptr<net::Stream> stream) {
      return http::serve(std::move(stream), *http);
    };
  if (port.service == Service::ldap)
    return [this, implicit_tls](std::unique_ptr<net::Stream> stream) {
      return ldap::serve(std::move(stream), implicit_tls, *ldap);
    };
  auto role = smtp::Role::mx;
  if (port.service == Service::submission) role = smtp::Role::submission;
  if (port.service == Service::lmtp) role = smtp::Role::lmtp;
  return [this, implicit_tls, role](std::unique_ptr<net::Stream> stream) {
    return smtp::serve(std::move(stream), role, implicit_tls, *smtp);
  };
}

// Who is let in at once costs no coroutine more.
net::Acceptor::Handler Server::State::handler_for(const Port& port) {
  return [this, port, serve = server_of(port)](std::unique_ptr<net::Stream> stream) {
    const auto verdict = gate->judge(stream->peer(), port.service);
    if (verdict == Gate::Verdict::open) return serve(std::move(stream));
    return serve_if_admitted(std::move(stream), port, verdict, serve);
  };
}

Task<void> Server::State::serve_if_admitted(std::unique_ptr<net::Stream> stream,
                                            Port port,
                                            Gate::Verdict verdict,
                                            net::Acceptor::Handler serve) const {
  const bool admitted = co_await gate->admit(*stream, port, verdict);
  if (admitted)
    co_await serve(std::move(stream));
  else
    co_await stream->close();
}

void Server::State::listen_on(OpenPort open) {
  // The table of sessions refuses with words what is above its limit; this one is the last resort.
  const auto most = settings.server.max_connections + 100;
  acceptors.push_back(std::make_unique<net::Acceptor>(io.get_executor(), std::move(open.socket),
                                                      most, log, handler_for(open.port)));
}

void Server::State::await_signal() {
  signals.async_wait([this](const boost::system::error_code& failed, int number) {
    if (failed) return;
    if (number == SIGHUP) {
      is_hung_up = true;
      house.raise();
    } else if (is_stopping.exchange(true)) {
      for (const auto& acceptor : acceptors) acceptor->cut();  // asked twice: no more patience
    } else {
      stop.raise();
    }
    await_signal();
  });
}

void Server::State::reopen_log() {
  if (!settings.log.file.empty())
    if (const auto opened = log_file->reopen(); !opened)
      log.emit(log::events::k_log_not_reopened, opened.error());
  log.emit(log::events::k_server_reloaded);
}

Task<void> Server::State::keep_house() {
  std::uint64_t seen = 0;   // generation of the directory copy
  std::uint64_t rules = 0;  // version of the stored policies
  // People's groups are renewed twice, and what newer rules forbid is ended twice: a sign-in may
  // have been under way at the first time.
  unsigned looks = 0, renewals = 0;
  auto uses_saved = clock.steady();
  auto next_turn = clock.steady();
  bool is_resumed = false;
  while (!is_stopping) {
    if (!is_resumed && directory->current()->generation() > 0) {
      is_resumed = true;
      tasks.spawn(asio::make_strand(io), scheduler->resume());
    }
    const auto wake = co_await house.wait(k_watch_tick);
    (void)end_forbidden_sessions(*directory, *sessions, clock.now(), log);
    (void)end_revoked_sessions(*app_passwords, *sessions, log);
    if (wake == net::Wake::timed_out && clock.steady() < next_turn) continue;
    next_turn = clock.steady() + k_house_tick;
    const auto generation = directory->current()->generation();
    if (std::exchange(seen, generation) != generation) looks = renewals = 2;
    if (renewals > 0) (void)renew_identities(*directory, *sessions, clock.now(), log);
    renewals -= renewals > 0 ? 1 : 0;
    const auto version = policies->version();
    if (std::exchange(rules, version) != version) looks = 2;
    if (looks > 0) (void)end_disallowed_sessions(*policies, *sessions, log);
    looks -= looks > 0 ? 1 : 0;
    const bool uses_due = clock.steady() - uses_saved >= k_uses_tick;
    if (uses_due) uses_saved = clock.steady();
    auto files = [this, uses_due, hung_up = is_hung_up.exchange(false)] {
      if (hung_up) tell_manager_of_reload();
      certificate->refresh(hung_up);
      save_blocks(*guard, settings.server.data_folder, log);
      if (uses_due) app_passwords->save_uses();
      if (uses_due && dmarc_results) (void)dmarc_results->save();
      if (uses_due && sts) (void)sts->save();
      if (uses_due && tls_results) (void)tls_results->save();
      if (uses_due) guards->save();
      if (hung_up) reopen_log();
      if (hung_up) tell_manager("READY=1");
    };
    co_await io::on_pool(disk, std::move(files));
  }
}

// Retention, purging, compaction: one mailbox after the other.
Task<void> Server::State::keep_mailboxes() {
  while (!is_stopping) {
    const auto wait = co_await store->upkeep();
    const auto pause = std::min<std::chrono::milliseconds>(wait, k_house_tick);
    if (wait.count() > 0 && !is_stopping) (void)co_await mailboxes.wait(pause);
  }
}

// DKIM keys that wait for their record, and old ones whose time is over; reports of days that are
// over; policies of others that are a day old. By a resolver of its own:
// the other one remembers for a while that there was no record.
Task<void> Server::State::keep_keys() {
  while (!is_stopping) {
    if (!dkim_keys->is_empty()) {
      const auto asked = net::Resolver::make(settings.dns);
      if (asked)
        co_await dkim_keys->look_after(**asked, clock.now() - filter::dkim::record_life(settings));
    }
    if (dmarc_reports && !is_stopping) (void)co_await dmarc_reports->send(false);
    if (tls_reports && !is_stopping) (void)co_await tls_reports->send(false);
    if (received) {
      auto tidy = [this] { received->tidy(clock.now()); };
      co_await io::on_pool(disk, std::move(tidy));
    }
    if (sts) {
      std::function<bool()> ends = [this] { return bool(is_stopping); };
      co_await sts->refresh(std::move(ends));
    }
    if (!is_stopping) (void)co_await keys.wait(k_keys_tick);
  }
}

Task<void> Server::State::shut_down() {
  (void)co_await stop.wait(std::chrono::years(100));
  log.emit(log::events::k_server_stopping);
  tell_manager("STOPPING=1");
  house.raise();
  mailboxes.raise();
  keys.raise();
  watchdog.raise();
  guards->stop();
  store->stop_upkeep();
  searcher->stop();
  if (extractor != nullptr) extractor->stop();
  control->stop();
  collector->stop();
  for (const auto& acceptor : acceptors) acceptor->stop();
  sessions->end_all("the server is shutting down");
  bool ended = co_await wait_ended(acceptors, clock, k_goodbye);
  if (!ended) {
    log.emit(log::events::k_server_stop_forced, {{log::Keys::count, sessions->list().size()}});
    for (const auto& acceptor : acceptors) acceptor->cut();
    ended = co_await wait_ended(acceptors, clock, k_cut);
  }
  (void)co_await control->wait_ended(k_cut);
  (void)co_await collector->wait_ended(k_cut);
  if (pickup) pickup->stop();
  out_of_office->stop();
  invitations->stop();
  scheduler->stop();
  moderation->stop();
  const bool are_done = co_await tasks.wait_empty(k_cut);
  if (!are_done) {  // such as one that waits for a web server that hangs
    tasks.cancel();
    (void)co_await tasks.wait_empty(k_cut);
  }
  // Connections are over: nothing new comes into the queue, and what it delivers here is stored.
  co_await queue->stop(k_queue_patience);
  co_await queue->close();
  co_await store->close();
  auto last_files = [this] {
    save_blocks(*guard, settings.server.data_folder, log);
    guards->save();
    app_passwords->save_uses();
    if (dmarc_results) (void)dmarc_results->save();
    if (sts) (void)sts->save();
    if (tls_results) (void)tls_results->save();
    if (trace) (void)trace->flush();
  };
  co_await io::on_pool(disk, std::move(last_files));
  log.emit(log::events::k_server_stopped);
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(config::Settings settings,
                                              std::vector<OpenPort> ports) {
  KONTOR_TRY(auto file,
             log::Log::open(settings.log.file, format_of(settings.log), level_of(settings.log)));
  auto state = std::make_unique<State>(std::move(settings), std::move(file));
  KONTOR_TRY(state->open_parts());
  state->make_environments();
  KONTOR_TRY(state->guards, state->make_guards());
  state->guards->serve(*state->smtp, *state->imap, *state->pop3, *state->admin);
  state->make_collector();
  KONTOR_TRY(state->pickup ? state->pickup->recover() : Result<void>());
  const Surroundings around{*state->cookies, state->web, *state->log_file, *state->certificate,
                            state->gate->services()};
  KONTOR_TRY(state->control, Administration::open(state->io.get_executor(), *state->admin, around));
  for (OpenPort& open : ports) state->listen_on(std::move(open));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::run() {
  State& state = *state_;
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) state.signals.add(number);
  state.await_signal();
  state.queue->start(*state.router);
  state.control->start();
  for (const auto& acceptor : state.acceptors) acceptor->start();
  const auto strand = [&state] { return asio::any_io_executor(asio::make_strand(state.io)); };
  state.tasks.spawn(strand(), state.keep_house());
  state.tasks.spawn(strand(), state.keep_mailboxes());
  state.tasks.spawn(strand(), state.keep_keys());
  state.tasks.spawn(strand(), feed_watchdog(state.watchdog));
  state.tasks.spawn(strand(), state.guards->run());
  state.tasks.spawn(strand(), state.searcher->run());
  state.tasks.spawn(strand(), state.moderation->run());
  state.collector->start();
  if (state.pickup) state.tasks.spawn(strand(), state.pickup->run());
  std::atomic<bool> is_over = false;
  asio::co_spawn(strand(), state.shut_down(), [&](const std::exception_ptr&) {
    is_over = true;
    is_over.notify_all();
  });
  state.log.emit(log::events::k_server_ready, {{log::Keys::pid, ::getpid()}});
  fmt::print("kontord: ready pid={}\n", ::getpid());
  std::fflush(stdout);
  tell_manager("READY=1");
  is_over.wait(false);
}

}  // namespace kontor::app
