// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/learning/learner.hpp"

#include <algorithm>
#include <atomic>
#include <set>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/log/events/quarantine.hpp"
#include "base/net/signal.hpp"
#include "directory/model/shared_mailbox.hpp"
#include "server/delivery/copy_guid.hpp"
#include "server/learning/rspamd.hpp"

namespace kontor::learning {
namespace {

using log::Keys;

constexpr std::chrono::minutes k_silence{1};  // before a silent controller is asked again
constexpr std::uint64_t k_longest_file = 256U << 20U;

std::string_view header_of(std::string_view message) {
  const auto end = message.find("\r\n\r\n");
  return message.substr(0, end == std::string_view::npos ? end : end + 2);
}

// Who sent it, as the copy says it; for people.
std::string sender_of(std::string_view message) {
  constexpr std::string_view k_start = "Return-Path: <";
  if (!message.starts_with(k_start)) return {};
  const auto rest = message.substr(k_start.size());
  return std::string(rest.substr(0, rest.find('>')));
}

}  // namespace

struct Learner::State {
  struct Kept {
    learning::State state;
    std::set<Digest> done;  // those of state.done
    bool is_changed = false;

    bool remember(const Digest& digest) {
      if (!done.insert(digest).second) return false;
      state.done.push_back(digest);
      if (state.done.size() > k_most_done) {
        done.erase(state.done.front());
        state.done.pop_front();
      }
      is_changed = true;
      return true;
    }
  };

  State(Environment given, std::string path) : env(std::move(given)), file(std::move(path)) {}

  const Environment env;
  const std::string file;
  Controller controller;
  Guarded<Kept> kept;
  Guarded<Status> status;
  net::Signal wake;
  std::atomic<bool> is_stopping = false;

  std::optional<Job> next() {
    return kept.with([](Kept& all) -> std::optional<Job> {
      if (all.state.jobs.empty()) return std::nullopt;
      return all.state.jobs.front();
    });
  }
  void drop(const Job& job) {
    kept.with([&](Kept& all) {
      auto& jobs = all.state.jobs;
      if (!jobs.empty() && jobs.front() == job) jobs.pop_front();
      all.is_changed = true;
    });
  }
  void set_problem(std::string problem) {
    status.with([&](Status& now) { now.problem = std::move(problem); });
  }

  Task<Result<std::string>> read(const Job& job);
  void note_source(const Job& job, std::string_view message);
  Task<bool> work_off(const Job& job);
};

Task<Result<std::string>> Learner::State::read(const Job& job) {
  KONTOR_CO_TRY(const auto account, co_await env.store.open(job.account));
  const auto item = account->view().item(job.item);
  if (!item || item->guid != job.guid) co_return fail(Errc::not_found, "the message is gone");
  co_return co_await account->read_message(job.item);
}

// What a person put into his mailbox himself may say anything of who brought it: only the EMAILID
// that delivery gives shows that this server took it.
void Learner::State::note_source(const Job& job, std::string_view message) {
  const auto header = header_of(message);
  const auto& name = env.settings.server.name;
  const auto client = filter::screening::bringer_of(header, name);
  const auto trace = filter::screening::trace_in(header, name);
  if (!client || trace.empty() || delivery::copy_guid(trace, job.owner) != job.guid) return;
  const auto digest = source_digest(trace);
  if (!kept.with([&](Kept& all) { return all.remember(digest); })) return;
  if (env.spam_base.note(*client, sender_of(message), env.clock.now()))
    env.log.emit(log::events::k_spam_source_listed,
                 {{Keys::address, client->text()}, {Keys::sender, sender_of(message)}});
}

// False: the controller is silent; the job stays.
Task<bool> Learner::State::work_off(const Job& job) {
  const auto digest = learnt_digest(job.guid, job.is_spam);
  const bool is_done = kept.with([&](const Kept& all) { return all.done.contains(digest); });
  auto message = is_done ? Result<std::string>(fail(Errc::not_found)) : co_await read(job);
  if (!message) {
    drop(job);
    co_return true;
  }
  if (job.is_spam) note_source(job, *message);
  const auto told = co_await tell(controller, job.is_spam, *std::move(message));
  const bool is_silent = !told && told.error().code() != Errc::bad_input;
  set_problem(told ? std::string() : told.error().text());
  if (is_silent) {
    env.log.emit(log::events::k_controller_silent, told.error());
    co_return false;
  }
  kept.with([&](Kept& all) { all.remember(digest); });
  drop(job);
  status.with([&](Status& now) {
    auto& count = !told ? now.failed : job.is_spam ? now.learnt_spam : now.learnt_ham;
    ++count;
  });
  if (told)
    env.log.emit(log::events::k_message_learnt, {{Keys::account, job.account.text()},
                                                 {Keys::detail, job.is_spam ? "spam" : "ham"},
                                                 {Keys::reply, *told}});
  else
    env.log.emit(log::events::k_message_not_learnt, told.error(),
                 {{Keys::account, job.account.text()}});
  co_return true;
}

Learner::Learner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Learner::~Learner() = default;

Result<std::unique_ptr<Learner>> Learner::open(Environment environment, std::string file) {
  auto state = std::make_unique<State>(std::move(environment), std::move(file));
  const auto& settings = state->env.settings.learning;
  state->controller.dial = state->env.dial;
  KONTOR_TRY(state->controller.address, config::parse_service_address(settings.controller));
  if (!settings.password_file.empty()) {
    KONTOR_TRY(state->controller.password, read_password(settings.password_file));
  }
  const auto bytes = io::read_file(state->env.files, state->file, k_longest_file);
  const auto missing = !bytes && bytes.error().code() == Errc::not_found;
  auto read = bytes ? parse_state(*bytes) : Result<learning::State>(fail(bytes.error()));
  if (read) {
    state->kept.with([&](State::Kept& all) {
      all.state = *std::move(read);
      all.done.insert(all.state.done.begin(), all.state.done.end());
    });
  } else if (!missing) {
    state->env.log.emit(log::events::k_learning_unreadable, read.error(),
                        {{Keys::file, state->file}});
  }
  return std::unique_ptr<Learner>(new Learner(std::move(state)));
}

void Learner::note(Job job) {
  const bool is_full = state_->kept.with([&](State::Kept& all) {
    if (all.done.contains(learnt_digest(job.guid, job.is_spam))) return false;
    if (all.state.jobs.size() >= k_most_jobs) return true;
    all.state.jobs.push_back(std::move(job));
    all.is_changed = true;
    return false;
  });
  if (is_full) state_->env.log.emit(log::events::k_learning_dropped);
  state_->wake.raise();
}

Task<Result<std::string>> Learner::learn(bool is_spam, std::string message) {
  co_return co_await tell(state_->controller, is_spam, std::move(message));
}

Status Learner::status() const {
  auto out = state_->status.with([](const Status& now) { return now; });
  out.waiting = state_->kept.with([](const State::Kept& all) { return all.state.jobs.size(); });
  return out;
}

Task<void> Learner::run() {
  const std::chrono::milliseconds pause(60'000 / state_->env.settings.learning.per_minute);
  while (!state_->is_stopping) {
    const auto job = state_->next();
    if (!job) {
      (void)co_await state_->wake.wait(k_silence);
      continue;
    }
    const bool is_told = co_await state_->work_off(*job);
    const auto until = state_->env.clock.steady() + (is_told ? pause : k_silence);
    while (!state_->is_stopping && state_->env.clock.steady() < until)  // new jobs raise it too
      (void)co_await state_->wake.wait(
          std::chrono::ceil<net::Limit>(until - state_->env.clock.steady()));
  }
}

void Learner::stop() {
  state_->is_stopping = true;
  state_->wake.raise();
}

void Learner::save() {
  const auto bytes = state_->kept.with([](State::Kept& all) -> std::optional<std::string> {
    if (!std::exchange(all.is_changed, false)) return std::nullopt;
    return format_state(all.state);
  });
  if (!bytes) return;
  const auto written = io::write_file_durably(state_->env.files, state_->file, *bytes);
  if (!written)
    state_->env.log.emit(log::events::k_learning_unwritable, written.error(),
                         {{Keys::file, state_->file}});
}

Task<void> Learner::empty_report_folders() {
  const auto owner = directory::public_folders_owner<store::Binding>();
  const auto& settings = state_->env.settings.learning;
  if (settings.report_folders.empty() || !state_->env.store.find(owner)) co_return;
  const auto account = co_await state_->env.store.open_for(owner);
  if (!account) co_return;
  const auto before = state_->env.clock.now() - settings.report_keep;
  for (const auto& name : settings.report_folders) {
    const auto found = (*account)->view().find_folder(name);
    const auto folder = found ? (*account)->view().open(found->id) : nullptr;
    if (folder == nullptr) continue;
    std::vector<store::Uid> old;
    folder->for_each(0, folder->size(), [&](std::size_t, const store::Entry& entry) {
      if (entry.save_date <= before) old.push_back(entry.uid);
    });
    if (!old.empty()) (void)co_await (*account)->remove(found->id, std::move(old));
  }
}

std::optional<bool> said_by_move(const store::FolderInfo& from,
                                 const store::FolderInfo& to,
                                 bool is_public,
                                 const std::vector<std::string>& report_folders) {
  using store::SpecialUse;
  const auto is_report = [&](const std::string& name) { return name == to.name; };
  if (is_public)
    return std::ranges::any_of(report_folders, is_report) ? std::optional(true) : std::nullopt;
  const bool was_junk = from.special_use == SpecialUse::junk;
  const bool is_junk = to.special_use == SpecialUse::junk;
  if (was_junk == is_junk) return std::nullopt;
  if (is_junk) return true;
  return to.special_use == SpecialUse::trash ? std::nullopt : std::optional(false);
}

}  // namespace kontor::learning
