// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/collector/collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <map>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/log/events/collector.hpp"
#include "base/net/signal.hpp"
#include "base/net/task_group.hpp"

namespace kontor::collector {
namespace {

namespace asio = boost::asio;
using log::Keys;

constexpr std::size_t k_most_sources = 10'000;
constexpr std::size_t k_parallel = 8;  // sessions at once
constexpr std::uint64_t k_longest_source = 65'536;
constexpr std::uint64_t k_longest_state = 1ULL << 30U;
constexpr std::string_view k_source_end = ".source", k_state_end = ".state";
constexpr std::chrono::seconds k_tick{60};
constexpr std::chrono::seconds k_early{5};  // until everybody is known
constexpr std::chrono::seconds k_least_pause{60}, k_longest_pause{21'600};
constexpr std::chrono::seconds k_wrong_password{900};  // others block who tries too often
constexpr net::Limit k_look = std::chrono::milliseconds(50);

struct Entry {
  Source source;
  std::string problem;
  State state;  // of a running one: in the session's hands
  bool is_running = false;
  bool is_wanted = false;               // by kontorctl, now
  std::atomic<bool> is_ending = false;  // the session is to end
  std::uint64_t sessions = 0;           // ended ones
  SteadyTime due{};
  std::optional<UtcSeconds> last;
  std::string last_error;
  Report report;
  std::uint32_t failures = 0;
};
using Entries = std::map<std::string, std::shared_ptr<Entry>>;

struct Job {
  std::shared_ptr<Entry> entry;
  Source source;
  State state;
  bool is_wanted = false;
};

struct Ended {
  Result<void> result;
  Report report;
};

bool is_other(const Source& a, const Source& b) {
  return a.protocol != b.protocol || !iequals(a.host, b.host) || a.user != b.user ||
         (a.protocol == Protocol::imap && a.folder != b.folder);
}

std::chrono::seconds pause_after(const Source& source,
                                 const Result<void>& result,
                                 std::uint32_t failures) {
  if (result) return source.interval;
  auto pause = std::max(source.interval, k_least_pause);
  for (std::uint32_t i = 1; i < failures && pause < k_longest_pause; ++i) pause *= 2;
  if (result.error().code() == Errc::auth_failed) pause = std::max(pause, k_wrong_password);
  return std::max(std::min(pause, k_longest_pause), source.interval);
}

}  // namespace

struct Collector::State {
  State(Environment given, std::string path)
      : environment(std::move(given)), folder(std::move(path)), tasks(environment.log) {}

  const Environment environment;
  const std::string folder;
  Guarded<Entries> entries;
  Guarded<bool> files{false};  // held while a file is written, so that none comes back
  std::atomic<bool> is_stopping = false;
  net::Signal wake;
  net::TaskGroup tasks;

  std::string source_path(const std::string& name) const {
    return folder + "/" + name + std::string(k_source_end);
  }
  std::string state_path(const std::string& name) const {
    return folder + "/" + name + std::string(k_state_end);
  }
  const Clock& clock() const { return environment.intake.clock; }

  void load();
  std::shared_ptr<Entry> load_one(const std::string& name);
  Result<collector::State> load_state(const Source& source);
  std::vector<Job> due_jobs();
  SteadyTime next_due() const;
  Task<void> keep_going();
  Task<void> run_job(Job job);
  Task<Result<void>> run_guarded(Job& job, Report& report);
  Task<Result<void>> save(std::shared_ptr<Entry> entry, const collector::State& state);
  void settle(Job& job, const Ended& ended);
  Task<Result<void>> write_source(Source source);
  Status status_of(const Entry& entry) const;
  void told(const std::string& name, std::string_view command) const {
    environment.log.emit(log::events::k_collector_source_changed,
                         {{Keys::source, name}, {Keys::command, command}});
  }
};

void Collector::State::load() {
  const auto names = environment.files.list(folder);
  if (!names) {
    if (names.error().code() != Errc::not_found)
      environment.log.emit(log::events::k_collector_source_unreadable, names.error(),
                           {{Keys::file, folder}});
    return;
  }
  for (const auto& file : *names) {
    if (!file.ends_with(k_source_end)) continue;
    const auto name = file.substr(0, file.size() - k_source_end.size());
    if (!is_source_name(name)) continue;
    auto entry = load_one(name);
    entry->due = clock().steady();
    entries.with([&](Entries& all) { all[name] = std::move(entry); });
  }
}

std::shared_ptr<Entry> Collector::State::load_one(const std::string& name) {
  auto entry = std::make_shared<Entry>();
  entry->source.name = name;
  const auto path = source_path(name);
  const auto failed = [&](const Error& error, const std::string& file) {
    entry->problem = Error(error).while_doing("reading " + file).detail();
    environment.log.emit(log::events::k_collector_source_unreadable, error, {{Keys::file, file}});
    return entry;
  };
  const auto text = io::read_file(environment.files, path, k_longest_source);
  auto source = text ? parse_source(*text) : Result<Source>(text.error());
  if (source && source->name != name) source = fail(Errc::corrupt, "it is the file of another one");
  if (!source) return failed(source.error(), path);
  auto state = load_state(*source);
  if (!state) return failed(state.error(), state_path(name));
  entry->source = *std::move(source);
  entry->state = *std::move(state);
  return entry;
}

// A damaged one is set aside; one of a later version is left alone.
Result<State> Collector::State::load_state(const Source& source) {
  const auto path = state_path(source.name);
  collector::State fresh;
  fresh.source = source.id;
  const auto text = io::read_file(environment.files, path, k_longest_state);
  if (!text && text.error().code() == Errc::not_found) return fresh;
  if (!text) return fail(text.error());
  auto state = parse_state(*text);
  if (state) return state->source == source.id ? *std::move(state) : fresh;
  if (state.error().code() == Errc::unsupported) return state;
  environment.log.emit(log::events::k_collector_state_damaged, state.error(), {{Keys::file, path}});
  KONTOR_TRY(environment.files.rename(path, path + ".damaged"));
  return fresh;
}

std::vector<Job> Collector::State::due_jobs() {
  const auto now = clock().steady();
  return entries.with([&](Entries& all) {
    std::vector<Job> jobs;
    auto running = static_cast<std::size_t>(
        std::ranges::count_if(all, [](const auto& one) { return one.second->is_running; }));
    for (auto& [name, entry] : all) {
      if (running >= k_parallel) break;
      const bool is_due = entry->is_wanted || (!entry->source.is_paused && entry->due <= now);
      if (!is_due || entry->is_running || !entry->problem.empty()) continue;
      jobs.push_back({entry, entry->source, std::move(entry->state), entry->is_wanted});
      entry->is_running = true;
      entry->is_wanted = false;
      entry->is_ending = false;
      ++running;
    }
    return jobs;
  });
}

SteadyTime Collector::State::next_due() const {
  return entries.with([&](const Entries& all) {
    auto next = clock().steady() + k_tick;
    for (const auto& [name, entry] : all)
      if (!entry->is_running && !entry->source.is_paused && entry->problem.empty())
        next = std::min(next, entry->due);
    return next;
  });
}

Task<void> Collector::State::keep_going() {
  while (!is_stopping) {
    for (auto& job : due_jobs())
      tasks.spawn(asio::make_strand(environment.executor), run_job(std::move(job)));
    const auto left = std::chrono::ceil<net::Limit>(next_due() - clock().steady());
    (void)co_await wake.wait(std::max(left, net::Limit(10)));
  }
}

Task<Result<void>> Collector::State::save(std::shared_ptr<Entry> entry,
                                          const collector::State& state) {
  auto work = [this, entry = std::move(entry), id = state.source,
               text = format_state(state)]() -> Result<void> {
    return files.with([&](bool&) -> Result<void> {
      // Removed, or another source by now: its file must not come back.
      const auto name = entries.with([&](const Entries& all) {
        const auto found = all.find(entry->source.name);
        const bool is_it = found != all.end() && found->second == entry && entry->source.id == id;
        return is_it ? entry->source.name : std::string();
      });
      if (name.empty()) return fail(Errc::cancelled, "the source was removed");
      return io::write_file_durably(environment.files, state_path(name), text);
    });
  };
  auto written = co_await io::on_pool(environment.dial.disk, std::move(work));
  if (!written && written.error().code() != Errc::cancelled)
    environment.log.emit(log::events::k_collector_state_unwritable, written.error());
  co_return written;
}

Task<Result<void>> Collector::State::run_guarded(Job& job, Report& report) {
  KONTOR_CO_TRY(resolve_box(job.source, environment.intake.delivery));
  const auto log =
      environment.log.with({{Keys::source, job.source.name}, {Keys::host, job.source.host}});
  const SessionEnvironment session{
      environment.intake,
      environment.dial,
      log,
      [&](const collector::State& state) { return save(job.entry, state); },
      job.entry->is_ending,
      job.is_wanted};
  Result<void> result;
  bool was_cut = false;
  try {
    result = co_await run_session(job.source, job.state, session, report);
  } catch (const boost::system::system_error& error) {
    was_cut = error.code() == asio::error::operation_aborted;
    result = fail(was_cut ? Errc::cancelled : Errc::internal, error.what());
  } catch (const std::exception& error) {
    result = fail(Errc::internal, error.what());
  }
  if (!was_cut) co_return result;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  (void)co_await save(job.entry, job.state);
  co_return result;
}

Task<void> Collector::State::run_job(Job job) {
  // What is thrown by a cut is caught, also by waits after it.
  co_await asio::this_coro::throw_if_cancelled(false);
  Ended ended;
  ended.result = co_await run_guarded(job, ended.report);
  settle(job, ended);
  wake.raise();
}

void Collector::State::settle(Job& job, const Ended& ended) {
  const auto& [result, report] = ended;
  entries.with([&](Entries&) {
    auto& entry = *job.entry;
    entry.is_running = false;
    entry.sessions += 1;
    if (entry.source.id == job.source.id) entry.state = std::move(job.state);
    entry.report = report;
    entry.last = clock().now();
    entry.last_error = result ? std::string() : result.error().text();
    const bool is_early = !result && result.error().detail() == "not everybody is known yet";
    const bool counts = !result && !is_early && result.error().code() != Errc::cancelled;
    entry.failures = counts ? entry.failures + 1 : 0;
    const auto pause =
        is_early ? k_early : pause_after(entry.source, result, std::max(entry.failures, 1U));
    entry.due = clock().steady() + pause;
  });
  const auto log =
      environment.log.with({{Keys::source, job.source.name}, {Keys::host, job.source.host}});
  if (result) {
    log.emit(
        log::events::k_collector_session_done,
        {{Keys::count, report.taken},
         {Keys::bytes, report.bytes},
         {Keys::detail, fmt::format("deleted={} waiting={} loops={} remaining={}", report.deleted,
                                    report.waiting, report.loops, report.remaining)}});
  } else if (result.error().code() == Errc::internal) {
    log.emit(log::events::k_collector_session_faulty, result.error());
  } else if (result.error().code() != Errc::cancelled) {
    log.emit(log::events::k_collector_session_failed, result.error(),
             {{Keys::count, report.taken}});
  }
}

Task<Result<void>> Collector::State::write_source(Source source) {
  auto work = [this, source = std::move(source)]() -> Result<void> {
    return files.with([&](bool&) -> Result<void> {
      KONTOR_TRY(io::make_directories(environment.files, folder));
      return io::write_file_durably(environment.files, source_path(source.name),
                                    format_source(source));
    });
  };
  co_return co_await io::on_pool(environment.dial.disk, std::move(work));
}

Status Collector::State::status_of(const Entry& entry) const {
  Status out;
  out.source = entry.source;
  out.source.password.clear();
  out.problem = entry.problem;
  out.is_running = entry.is_running;
  out.last = entry.last;
  out.last_error = entry.last_error;
  out.report = entry.report;
  out.total = entry.state.total;
  out.failures = entry.failures;
  if (!entry.is_running && !entry.source.is_paused && entry.problem.empty()) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(entry.due - clock().steady());
    out.next = clock().now() + std::max(left, std::chrono::seconds(0));
  }
  return out;
}

Collector::Collector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Collector::~Collector() = default;

std::unique_ptr<Collector> Collector::open(Environment environment, std::string folder) {
  auto state = std::make_unique<State>(std::move(environment), std::move(folder));
  state->load();
  return std::unique_ptr<Collector>(new Collector(std::move(state)));
}

void Collector::start() {
  state_->tasks.spawn(asio::make_strand(state_->environment.executor), state_->keep_going());
}

void Collector::stop() {
  state_->is_stopping = true;
  state_->entries.with([](Entries& all) {
    for (auto& [name, entry] : all) entry->is_ending = true;
  });
  state_->wake.raise();
  state_->tasks.cancel();
}

Task<bool> Collector::wait_ended(net::Limit limit) { return state_->tasks.wait_empty(limit); }

std::vector<Status> Collector::list() const {
  return state_->entries.with([&](const Entries& all) {
    std::vector<Status> out;
    for (const auto& [name, entry] : all) out.push_back(state_->status_of(*entry));
    return out;
  });
}

Result<Status> Collector::find(const std::string& name) const {
  return state_->entries.with([&](const Entries& all) -> Result<Status> {
    const auto found = all.find(name);
    if (found == all.end()) return fail(Errc::not_found, "there is no source named " + name);
    return state_->status_of(*found->second);
  });
}

Task<Result<void>> Collector::add(Source source) {
  KONTOR_CO_TRY(check_source(source));
  source.id = Uuid::random();
  const auto name = source.name;
  KONTOR_CO_TRY(state_->entries.with([&](const Entries& all) -> Result<void> {
    if (all.contains(name)) return fail(Errc::exists, "there is a source named " + name);
    if (all.size() >= k_most_sources) return fail(Errc::limit, "there are too many sources");
    return {};
  }));
  KONTOR_CO_TRY(co_await state_->write_source(source));
  auto entry = std::make_shared<Entry>();
  entry->state.source = source.id;
  entry->source = std::move(source);
  entry->due = state_->clock().steady();
  state_->entries.with([&](Entries& all) { all[name] = std::move(entry); });
  state_->told(name, "add");
  state_->wake.raise();
  co_return Result<void>();
}

Task<Result<void>> Collector::set(std::string name, Values values) {
  Source source;
  KONTOR_CO_TRY(state_->entries.with([&](const Entries& all) -> Result<void> {
    const auto found = all.find(name);
    if (found == all.end()) return fail(Errc::not_found, "there is no source named " + name);
    if (!found->second->problem.empty()) return fail(Errc::corrupt, found->second->problem);
    source = found->second->source;
    return {};
  }));
  const auto before = source;
  for (const auto& [key, value] : values) {
    KONTOR_CO_TRY(set_value(source, key, value));
  }
  KONTOR_CO_TRY(check_source(source));
  const bool is_new = is_other(before, source);
  if (is_new) source.id = Uuid::random();
  KONTOR_CO_TRY(co_await state_->write_source(source));
  state_->entries.with([&](Entries& all) {
    const auto found = all.find(name);
    if (found == all.end()) return;
    auto& entry = *found->second;
    if (is_new) {
      entry.is_ending = true;
      entry.state = {};
      entry.state.source = source.id;
    }
    if (source.is_paused && !before.is_paused) entry.is_ending = true;
    entry.failures = 0;
    entry.due = std::min(entry.due, state_->clock().steady() + source.interval);
    if (before.is_paused || is_new || source.password != before.password)
      entry.due = state_->clock().steady();
    entry.source = std::move(source);
  });
  state_->told(name, "set");
  state_->wake.raise();
  co_return Result<void>();
}

Task<Result<void>> Collector::remove(std::string name) {
  const auto entry = state_->entries.with([&](Entries& all) -> std::shared_ptr<Entry> {
    const auto found = all.find(name);
    return found == all.end() ? nullptr : found->second;
  });
  if (entry == nullptr) co_return fail(Errc::not_found, "there is no source named " + name);
  auto work = [state = state_.get(), name]() -> Result<void> {
    return state->files.with([&](bool&) -> Result<void> {
      auto& files = state->environment.files;
      KONTOR_TRY(files.remove(state->source_path(name)));
      const auto gone = files.remove(state->state_path(name));
      if (!gone && gone.error().code() != Errc::not_found) return gone;
      state->entries.with([&](Entries& all) { all.erase(name); });
      return files.sync_directory(state->folder);
    });
  };
  auto done = co_await io::on_pool(state_->environment.dial.disk, std::move(work));
  if (!done) co_return done;
  entry->is_ending = true;
  state_->told(name, "remove");
  co_return Result<void>();
}

Task<Result<Status>> Collector::run(std::string name) {
  std::uint64_t before = 0;
  KONTOR_CO_TRY(state_->entries.with([&](Entries& all) -> Result<void> {
    const auto found = all.find(name);
    if (found == all.end()) return fail(Errc::not_found, "there is no source named " + name);
    if (!found->second->problem.empty()) return fail(Errc::corrupt, found->second->problem);
    // One that runs already has seen less than what is there now.
    before = found->second->sessions + (found->second->is_running ? 1U : 0U);
    found->second->is_wanted = true;
    return {};
  }));
  state_->wake.raise();
  net::Signal pause;
  for (;;) {
    const bool has_ended = state_->entries.with([&](const Entries& all) {
      const auto found = all.find(name);
      return found == all.end() || found->second->sessions > before;
    });
    if (has_ended) co_return find(name);
    if (state_->is_stopping) co_return fail(Errc::busy, "the server is stopping");
    (void)co_await pause.wait(k_look);
  }
}

Task<Result<Preview>> Collector::check(std::string name) {
  Source source;
  collector::State state;
  KONTOR_CO_TRY(state_->entries.with([&](const Entries& all) -> Result<void> {
    const auto found = all.find(name);
    if (found == all.end()) return fail(Errc::not_found, "there is no source named " + name);
    const auto& entry = *found->second;
    if (!entry.problem.empty()) return fail(Errc::corrupt, entry.problem);
    // POP3 has one session at a time (RFC 1939, 3).
    if (entry.is_running) return fail(Errc::busy, "a session is under way; try again");
    source = entry.source;
    state = entry.state;
    return {};
  }));
  KONTOR_CO_TRY(resolve_box(source, state_->environment.intake.delivery));
  co_return co_await look(source, state, state_->environment.dial);
}

}  // namespace kontor::collector
