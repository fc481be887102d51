// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/guards.hpp"

#include <atomic>

#include "base/core/run_all.hpp"
#include "base/io/file_system.hpp"
#include "base/log/events/smtp.hpp"
#include "base/net/signal.hpp"
#include "server/app/greylist_file.hpp"
#include "server/app/kept_list.hpp"
#include "server/app/quarantine_digest.hpp"
#include "server/app/released_mail.hpp"
#include "server/app/spam_files.hpp"
#include "server/delivery/domain_keeper.hpp"
#include "server/filter/scan/dial.hpp"
#include "server/filter/signs.hpp"
#include "server/learning/learner.hpp"
#include "server/policy/day_counts.hpp"
#include "server/quarantine/keeper.hpp"
#include "server/trace/recent_sign_ins.hpp"

namespace kontor::app {
namespace {

constexpr std::chrono::minutes k_tick{10};

quarantine::Environment quarantine_of(const GuardsEnvironment& environment) {
  return {environment.settings, environment.store,
          environment.workers,  environment.clock,
          environment.log,      make_release(environment.delivery, environment.queue),
          environment.trace};
}

// docs/formats/sent-today.md.
KeptList day_counts_in(const std::string& folder) {
  return {folder + "/sent-today", 64U << 20U, log::events::k_day_counts_unreadable,
          log::events::k_day_counts_unwritable};
}

}  // namespace

struct Guards::State {
  explicit State(GuardsEnvironment given)
      : env(std::move(given)), signs(env.settings), keeper(quarantine_of(env)) {}

  const GuardsEnvironment env;
  const filter::Signs signs;
  quarantine::Keeper keeper;
  std::unique_ptr<learning::Learner> learner;    // null: nothing is learnt
  std::unique_ptr<trace::RecentSignIns> recent;  // null: they do not count
  std::unique_ptr<delivery::DomainKeeper> domains;
  policy::DayCounts day_counts;
  net::Signal wake;
  std::atomic<bool> is_stopping = false;

  Task<void> keep();
};

Guards::Guards(std::unique_ptr<State> state) : state_(std::move(state)) {}
Guards::~Guards() = default;

Result<std::unique_ptr<Guards>> Guards::open(GuardsEnvironment environment) {
  auto state = std::make_unique<State>(std::move(environment));
  const auto& env = state->env;
  const auto& folder = env.settings.server.data_folder;
  auto in_force = [&delivery = env.delivery](const delivery::DomainNames& names) {
    delivery.domains().set_added(names);
  };
  KONTOR_TRY(state->domains,
             delivery::DomainKeeper::open(io::real_file_system(), folder + "/domains", env.workers,
                                          std::move(in_force)));
  load_greylist(env.screening.greylist(), folder, env.clock.now(), env.log);
  load(state->day_counts, day_counts_in(folder), env.clock.now(), env.log);
  load_spam_base(env.screening.spam_base(), folder, env.clock.now(), env.log);
  if (env.settings.smtp.pop_before_smtp.count() > 0)
    state->recent = std::make_unique<trace::RecentSignIns>(env.settings.smtp.pop_before_smtp);
  if (!env.settings.learning.controller.empty()) {
    auto opened = learning::Learner::open(
        {env.settings, env.store, env.screening.spam_base(), io::real_file_system(),
         filter::scan::real_dial(), env.clock, env.log},
        folder + "/learning");
    if (!opened) return fail(std::move(opened).error().while_doing("learning.password_file"));
    state->learner = *std::move(opened);
  }
  return std::unique_ptr<Guards>(new Guards(std::move(state)));
}

void Guards::serve(smtp::Environment& smtp,
                   imap::Environment& imap,
                   pop3::Environment& pop3,
                   admin::Environment& admin) {
  smtp.signs = &state_->signs;
  smtp.quarantine = &state_->keeper;
  smtp.day_counts = &state_->day_counts;
  smtp.recent = state_->recent.get();
  if (state_->recent != nullptr)
    pop3.signed_in = [this](const directory::Identity& who, const std::string& address) {
      state_->recent->note(address, who, state_->env.clock.steady());
    };
  if (state_->learner != nullptr)
    imap.moved = [this](const imap::Moved& moved) {
      note_moved(*state_->learner, moved, state_->env.settings.learning.report_folders);
    };
  admin.domains = state_->domains.get();
  admin.quarantine = &state_->keeper;
  admin.day_counts = &state_->day_counts;
  admin.learner = state_->learner.get();
  admin.spam_base = &state_->env.screening.spam_base();
}

Task<void> Guards::State::keep() {
  co_await keeper.start();
  while (!is_stopping) {
    (void)co_await keeper.expire();
    const DigestEnvironment digests{env.settings, env.directory, env.policies, keeper,
                                    env.queue,    env.clock,     env.log};
    if (!is_stopping) (void)co_await send_digests(digests);
    if (learner && !is_stopping) co_await learner->empty_report_folders();
    if (!is_stopping) (void)co_await wake.wait(k_tick);
  }
}

Task<void> Guards::run() {
  std::vector<Task<void>> tasks;
  tasks.push_back(state_->keep());
  if (state_->learner) tasks.push_back(state_->learner->run());
  co_await run_all(std::move(tasks));
}

void Guards::stop() {
  state_->is_stopping = true;
  state_->wake.raise();
  if (state_->learner) state_->learner->stop();
}

void Guards::save() {
  const auto& env = state_->env;
  const auto& folder = env.settings.server.data_folder;
  save_greylist(env.screening.greylist(), folder, env.log);
  save_spam_base(env.screening.spam_base(), folder, env.log);
  app::save(state_->day_counts, day_counts_in(folder), env.log);
  if (state_->learner) state_->learner->save();
}

}  // namespace kontor::app
