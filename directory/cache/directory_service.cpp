// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/directory_service.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/config/sources.hpp"
#include "base/core/text.hpp"
#include "directory/cache/agent_link.hpp"
#include "directory/cache/copy_holder.hpp"

namespace kontor::directory {

struct DirectoryService::State {
  struct Shared {
    bool is_ready = false;  // kontor-directory has answered
    std::vector<OfferedMechanism> mechanisms{{"PLAIN", true}, {"LOGIN", true}};
    SourceReport report;
    std::vector<CopyDelta> deltas;           // for the loader, before the file
    std::optional<std::uint64_t> announced;  // the generation the file holds by now
    bool is_stopped = false;
  };

  State(const config::Settings& settings, ServiceOptions options_in, log::Context log)
      : options(std::move(options_in)),
        sources(config::sources_of(settings.directory)),
        holder(settings.server.data_folder + "/directory/copy", io::real_file_system(), log) {}

  AgentLink::Listener listener();
  static std::shared_ptr<AgentLink> link_of(const std::shared_ptr<State>& state);
  void load_loop();

  bool has_everybody() const;  // under `mutex`

  const ServiceOptions options;
  const std::vector<std::string> sources;
  CopyHolder holder;
  mutable std::mutex mutex;  // of shared
  mutable std::condition_variable changed;
  Shared shared;
  std::jthread loader;
  std::unique_ptr<AgentLink> link;  // last: its thread uses the rest
};

namespace {

// May outlive the service: `link` shares the service's state, where the link lives.
class RemoteExchange final : public SaslExchange {
 public:
  RemoteExchange(std::shared_ptr<AgentLink> link, std::shared_ptr<Slot> slot, net::Limit limit)
      : link_(std::move(link)), slot_(std::move(slot)), limit_(limit) {}
  ~RemoteExchange() override { link_->close(*slot_, Message(SignInAbandon{slot_->id})); }

  Task<Result<SaslStep>> step(std::optional<std::string> response) override {
    SignInStep message;
    message.id = slot_->id;
    message.response = std::move(response);
    const auto slot = slot_;  // lives on when this exchange is given up meanwhile
    // A refused begin() has answered already, and nobody there waits for the step.
    if (const auto sent = link_->send(*slot, message); !sent && !has_answer())
      co_return fail(sent.error());
    auto answer = co_await next_answer(slot, limit_);
    if (!answer) co_return fail(answer.error());
    auto* sign_in = std::get_if<SignInAnswer>(&*answer);
    if (sign_in == nullptr) co_return fail(Errc::internal, "an answer to another question");
    if (sign_in->outcome == SignInAnswer::Outcome::failed)
      co_return fail(sign_in->error, "see the log of kontor-directory");
    co_return std::move(sign_in->step);
  }

 private:
  bool has_answer() const {
    return slot_->answer.with([](const auto& place) { return place.has_value(); });
  }
  std::shared_ptr<AgentLink> link_;
  std::shared_ptr<Slot> slot_;
  net::Limit limit_;
};

}  // namespace

std::string program_beside_this_one() {
  std::array<char, 4'096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  const std::string self(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  return self.substr(0, self.rfind('/') + 1) + "kontor-directory";
}

// The link as something that keeps all of the state alive.
std::shared_ptr<AgentLink> DirectoryService::State::link_of(const std::shared_ptr<State>& state) {
  return {state, state->link.get()};
}

AgentLink::Listener DirectoryService::State::listener() {
  const auto under_lock = [this](auto work) {
    {
      const std::lock_guard lock(mutex);
      work(shared);
    }
    changed.notify_all();
  };
  return {[under_lock](std::uint64_t generation) {
            under_lock([&](Shared& s) { s.announced = generation; });
          },
          [under_lock](CopyDelta delta) {
            under_lock([&](Shared& s) { s.deltas.push_back(std::move(delta)); });
          },
          [under_lock](SourceReport report) {
            under_lock([&](Shared& s) { s.report = std::move(report); });
          },
          [under_lock](Ready ready) {
            under_lock([&](Shared& s) {
              s.is_ready = true;
              s.mechanisms = std::move(ready.mechanisms);
            });
          },
          [under_lock] { under_lock([](Shared& s) { s.is_ready = false; }); }};
}

void DirectoryService::State::load_loop() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(
        lock, [this] { return shared.announced || !shared.deltas.empty() || shared.is_stopped; });
    if (shared.is_stopped) return;
    auto deltas = std::exchange(shared.deltas, {});
    const auto announced = std::exchange(shared.announced, std::nullopt);
    lock.unlock();
    // One that does not fit is left: the file that is announced after it holds it.
    for (auto& delta : deltas) holder.apply(delta.from, delta.to, std::move(delta.changes));
    if (announced && *announced != holder.current()->generation()) {
      [[maybe_unused]] const auto loaded = holder.load();  // a failure is logged
    }
    lock.lock();
    changed.notify_all();
  }
}

DirectoryService::DirectoryService(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<DirectoryService>> DirectoryService::start(const config::Settings& settings,
                                                                  ServiceOptions options,
                                                                  const Clock&,
                                                                  log::Context log) {
  if (access(options.program.c_str(), X_OK) != 0)
    return fail(errno_error("starting " + options.program, errno));
  auto state = std::make_shared<State>(settings, std::move(options), log);
  // What cannot be read is logged; kontor-directory makes a new one.
  [[maybe_unused]] const auto loaded = state->holder.load();
  Configure configure;
  configure.settings = settings;
  state->link =
      std::make_unique<AgentLink>(std::move(configure), state->options, log, state->listener());
  state->loader = std::jthread([raw = state.get()] { raw->load_loop(); });
  return std::unique_ptr<DirectoryService>(new DirectoryService(std::move(state)));
}

DirectoryService::~DirectoryService() {
  state_->link->stop();
  {
    const std::lock_guard lock(state_->mutex);
    state_->shared.is_stopped = true;
  }
  state_->changed.notify_all();
  state_->loader.join();
}

// Each source has people in the copy, or has said that it has none. The embedded directory, which
// is read at once, is not waited for beside another.
bool DirectoryService::State::has_everybody() const {
  const auto copy = holder.current();
  if (copy->generation() == 0) return false;
  return std::ranges::all_of(sources, [&](const std::string& name) {
    const auto& all = copy->all();
    const auto first = std::ranges::lower_bound(
        all, PrincipalId{name, Uuid()}, {},
        [](const auto& principal) -> const PrincipalId& { return principal->id; });
    if (name == "local" || (first != all.end() && (*first)->id.source == name)) return true;
    return std::ranges::any_of(shared.report.sources, [&](const SourceStatus& status) {
      return status.source.starts_with(name) && status.changed != 0;  // a domain of several
    });
  });
}

bool DirectoryService::wait_for_copy(std::chrono::milliseconds limit) const {
  std::unique_lock lock(state_->mutex);
  const auto has_copy = [this] { return state_->holder.current()->generation() > 0; };
  state_->changed.wait_for(lock, limit,
                           [&] { return state_->shared.is_ready && state_->has_everybody(); });
  return has_copy();
}

bool DirectoryService::knows_everybody() const {
  const std::lock_guard lock(state_->mutex);
  return state_->has_everybody();
}

ServiceStatus DirectoryService::status() const {
  ServiceStatus status;
  status.pid = state_->link->pid();
  status.restarts = state_->link->restarts();
  const auto copy = current();
  status.generation = copy->generation();
  status.problems = copy->problems();
  const std::lock_guard lock(state_->mutex);
  status.is_running = state_->shared.is_ready;
  status.sources = state_->shared.report.sources;
  status.held_back = state_->shared.report.held_back;
  return status;
}

namespace {

// What it asks for, with the id of the answer in it.
using Question = std::function<Message(std::uint64_t id)>;

Question wish_for(Wish wish) {
  return [wish](std::uint64_t id) { return Message(Request{id, wish}); };
}

Task<Result<Reply>> ask(std::shared_ptr<AgentLink> link, Question first, net::Limit limit) {
  KONTOR_CO_TRY(const auto slot, link->open(first));
  auto answer = co_await next_answer(slot, limit);
  link->close(*slot, std::nullopt);
  if (!answer) co_return fail(answer.error());
  auto* reply = std::get_if<Reply>(&*answer);
  if (reply == nullptr) co_return fail(Errc::internal, "an answer to another question");
  if (!reply->is_ok) co_return fail(reply->error, reply->detail);
  co_return std::move(*reply);
}

}  // namespace

Task<Result<std::uint64_t>> DirectoryService::accept_loss() {
  auto reply =
      co_await ask(State::link_of(state_), wish_for(Wish::accept_loss), state_->options.step_limit);
  if (!reply) co_return fail(reply.error());
  co_return parse_number<std::uint64_t>(reply->detail).value_or(0);
}

Task<Result<void>> DirectoryService::reconcile() {
  const auto reply =
      co_await ask(State::link_of(state_), wish_for(Wish::reconcile), state_->options.step_limit);
  if (!reply) co_return fail(reply.error());
  co_return Result<void>();
}

Task<Result<std::string>> DirectoryService::change_local(LocalEdit edit) {
  Question question = [edit = std::move(edit)](std::uint64_t id) {
    LocalEdit message = edit;
    message.id = id;
    return Message(std::move(message));
  };
  auto reply =
      co_await ask(State::link_of(state_), std::move(question), state_->options.step_limit);
  if (!reply) co_return fail(reply.error());
  co_return std::move(reply->detail);
}

std::shared_ptr<const DirectoryCopy> DirectoryService::current() const {
  return state_->holder.current();
}

Subscription DirectoryService::subscribe(std::function<void()> changed) {
  return state_->holder.subscribe(std::move(changed));
}

std::vector<std::string> DirectoryService::mechanisms(bool is_tls) const {
  std::vector<std::string> names;
  const std::lock_guard lock(state_->mutex);
  for (const auto& mechanism : state_->shared.mechanisms)
    if (is_tls || !mechanism.needs_tls) names.push_back(mechanism.name);
  return names;
}

Result<std::unique_ptr<SaslExchange>> DirectoryService::begin(std::string mechanism,
                                                              SignInContext context) {
  bool is_offered = false;
  for (const auto& name : mechanisms(context.is_tls))
    is_offered = is_offered || iequals(name, mechanism);
  if (!is_offered) return fail(Errc::unsupported, "no such mechanism here");
  auto link = State::link_of(state_);
  SignInBegin message;
  message.mechanism = to_upper(mechanism);
  message.context = std::move(context);
  KONTOR_TRY(auto slot, link->open([&](std::uint64_t id) {
    message.id = id;
    return Message(message);
  }));
  return std::make_unique<RemoteExchange>(link, std::move(slot), state_->options.step_limit);
}

Task<Result<Identity>> DirectoryService::check_password(std::string login,
                                                        std::string password,
                                                        SignInContext context) {
  // Neither may smuggle a separator of PLAIN (RFC 4616, 2).
  if (login.contains('\0') || password.contains('\0'))
    co_return fail(Errc::auth_failed, "NUL in name or password");
  KONTOR_CO_TRY(const auto exchange, begin("PLAIN", std::move(context)));
  const std::string separator(1, '\0');
  std::optional<std::string> response = separator + login + separator + password;
  auto step = co_await exchange->step(std::move(response));
  if (!step) co_return fail(step.error());
  if (!step->done) co_return fail(Errc::internal, "a password check without an end");
  co_return std::move(step->identity);
}

}  // namespace kontor::directory
