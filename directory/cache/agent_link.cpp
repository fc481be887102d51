// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/cache/agent_link.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <unordered_map>

#include "base/io/child_process.hpp"
#include "base/log/events/directory.hpp"

namespace kontor::directory {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t k_max_queued = 8U << 20U;  // bytes the process has not read yet
constexpr std::chrono::seconds k_good_life{60};  // after so long a death counts as the first

int poll_limit(steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

// The id an answer belongs to; nothing for messages that answer nobody.
std::optional<std::uint64_t> answered_id(const Message& message) {
  if (const auto* answer = std::get_if<SignInAnswer>(&message)) return answer->id;
  if (const auto* reply = std::get_if<Reply>(&message)) return reply->id;
  return std::nullopt;
}

// How long the process has left us without a word that was asked for. What waits for a CPU does not
// hang: on a machine that is too busy a new process would come no further than this one.
class Silence {
 public:
  Silence(const io::ChildProcess& process, const ServiceOptions& options)
      : process_(process), limit_(options.ping_limit), starved_limit_(options.starved_limit) {}

  void asked() {
    if (since_) return;
    since_ = steady_clock::now();
    waited_ = process_.waited_for_cpu();
  }
  void heard() { since_.reset(); }
  bool is_too_long(steady_clock::time_point now) const {
    const auto length = since_ ? now - *since_ : steady_clock::duration(0);
    if (length < limit_) return false;
    return length - (process_.waited_for_cpu() - waited_) >= limit_ || length >= starved_limit_;
  }
  // The next moment to ask whether it is too long.
  steady_clock::time_point end(steady_clock::time_point latest) const {
    const bool is_ahead = since_ && *since_ + limit_ > steady_clock::now();
    return is_ahead ? std::min(latest, *since_ + limit_) : latest;
  }

 private:
  const io::ChildProcess& process_;
  const milliseconds limit_;
  const milliseconds starved_limit_;
  std::optional<steady_clock::time_point> since_;  // the first question it has not answered
  std::chrono::nanoseconds waited_{0};             // for a CPU, when that was asked
};

}  // namespace

struct AgentLink::State {
  struct Shared {
    bool is_starting = true;  // the first process is on its way: what is asked waits for it
    bool is_connected = false;
    int pid = 0;
    std::uint64_t next_id = 1;
    std::string out;  // to be written to the socket
    std::unordered_map<std::uint64_t, std::shared_ptr<Slot>> slots;
  };

  State(Configure configure_in,
        ServiceOptions options_in,
        log::Context log_in,
        Listener listener_in)
      : configure(std::move(configure_in)),
        options(std::move(options_in)),
        log(std::move(log_in)),
        listener(std::move(listener_in)),
        wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~State() { ::close(wake); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void raise() const {
    const std::uint64_t one = 1;
    if (write(wake, &one, sizeof one) < 0) return;  // full: it is raised already
  }
  void lower() const {
    std::uint64_t count = 0;
    if (read(wake, &count, sizeof count) < 0) return;  // was not raised
  }

  void run();
  std::string live();  // one process from start to end; why it ended
  std::string serve(io::ChildProcess& process);
  std::string dispatch(MessageReader& reader);
  void answer(std::uint64_t id, Result<Message> result);
  bool write_out(int socket);
  void fail_all(Errc code);
  void pause(milliseconds length);

  const Configure configure;
  const ServiceOptions options;
  const log::Context log;
  const Listener listener;
  const int wake;
  std::atomic<bool> is_stopped{false};
  std::atomic<std::uint64_t> starts{0};
  bool hangs = false;  // the thread's own
  Guarded<Shared> shared;
  std::jthread thread;
};

void AgentLink::State::run() {
  milliseconds length = options.first_pause;
  while (!is_stopped) {
    const auto begin = steady_clock::now();
    const std::string why = live();
    fail_all(is_stopped ? Errc::cancelled : Errc::unavailable);
    if (is_stopped) return;
    listener.gone();
    log.emit(log::events::k_agent_ended, {{log::Keys::detail, why}});
    if (steady_clock::now() - begin > k_good_life) length = options.first_pause;
    pause(length);
    length = std::min(2 * length, options.last_pause);
  }
}

std::string AgentLink::State::live() {
  auto process = io::ChildProcess::start({options.program, "kontor-directory"});
  if (!process) return process.error().text();
  ++starts;
  log.emit(log::events::k_agent_started, {{log::Keys::pid, process->pid()}});
  shared.with([&](Shared& s) {
    s.is_starting = false;
    s.is_connected = true;
    s.pid = process->pid();
    s.out.insert(0, encode_message(configure));
  });
  std::string why = serve(*process);
  shared.with([](Shared& s) {
    s.is_connected = false;
    s.pid = 0;
    s.out.clear();
  });
  if (hangs) log.emit(log::events::k_agent_hanging, {{log::Keys::pid, process->pid()}});
  const std::string end = process->end();
  return why.empty() ? end : why + ", " + end;
}

// Until the process is of no use any more: why, or nothing when it went by itself.
std::string AgentLink::State::serve(io::ChildProcess& process) {
  MessageReader reader;
  Silence silence(process, options);
  silence.asked();  // it says by itself that it is ready
  hangs = false;
  auto next_ping = steady_clock::now() + options.ping_interval;
  std::uint64_t pings = 0;
  std::array<char, 65'536> buffer;
  while (!is_stopped) {
    const bool has_output = shared.with([](const Shared& s) { return !s.out.empty(); });
    const auto events = static_cast<short>(POLLIN | (has_output ? POLLOUT : 0));
    pollfd ready[] = {{process.socket(), events, 0}, {wake, POLLIN, 0}};
    poll(ready, 2, poll_limit(silence.end(next_ping)));
    if (ready[1].revents != 0) lower();
    if (!write_out(process.socket())) return {};
    const auto now = steady_clock::now();  // before: what has come till then is read
    const ssize_t got = recv(process.socket(), buffer.data(), buffer.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return {};
    if (got > 0) {
      silence.heard();
      reader.feed(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
      if (auto nonsense = dispatch(reader); !nonsense.empty()) return nonsense;
    }
    hangs = silence.is_too_long(now);
    if (hangs) return "it did not answer";
    if (now >= next_ping) {
      next_ping = now + options.ping_interval;
      shared.with([&](Shared& s) { s.out += encode_message(Ping{++pings}); });
      silence.asked();
    }
  }
  return "the server stops";
}

std::string AgentLink::State::dispatch(MessageReader& reader) {
  for (;;) {
    auto next = reader.next();
    if (!next) {
      log.emit(log::events::k_agent_protocol, next.error());
      return "it spoke nonsense";
    }
    if (!*next) return {};
    Message& message = **next;
    if (const auto id = answered_id(message)) {
      answer(*id, std::move(message));
    } else if (const auto* changed = std::get_if<CopyChanged>(&message)) {
      listener.copy_changed(changed->generation);
    } else if (auto* delta = std::get_if<CopyDelta>(&message)) {
      listener.delta(std::move(*delta));
    } else if (auto* report = std::get_if<SourceReport>(&message)) {
      listener.reported(std::move(*report));
    } else if (auto* ready = std::get_if<Ready>(&message)) {
      if (ready->version != k_protocol_version) return "it is of another version";
      listener.ready(std::move(*ready));
    } else if (!std::holds_alternative<Pong>(message)) {
      return "it sent a message for the other side";
    }
  }
}

void AgentLink::State::answer(std::uint64_t id, Result<Message> result) {
  const auto slot = shared.with([&](const Shared& s) -> std::shared_ptr<Slot> {
    const auto found = s.slots.find(id);
    return found == s.slots.end() ? nullptr : found->second;
  });
  if (!slot) return;  // given up meanwhile
  slot->answer.with([&](auto& place) { place = std::move(result); });
  slot->arrived.raise();
}

bool AgentLink::State::write_out(int socket) {
  return shared.with([&](Shared& s) {
    std::size_t done = 0;
    while (done < s.out.size()) {
      const ssize_t sent =
          ::send(socket, s.out.data() + done, s.out.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent < 0) break;
      done += static_cast<std::size_t>(sent);
    }
    s.out.erase(0, done);
    return true;
  });
}

void AgentLink::State::fail_all(Errc code) {
  auto slots = shared.with([](Shared& s) {
    s.is_starting = false;
    s.out.clear();
    return std::exchange(s.slots, {});
  });
  for (const auto& [id, slot] : slots) {
    slot->answer.with([&](auto& place) { place = Error(code, "kontor-directory has gone"); });
    slot->arrived.raise();
  }
}

void AgentLink::State::pause(milliseconds length) {
  const auto end = steady_clock::now() + length;
  while (!is_stopped && steady_clock::now() < end) {
    pollfd ready{wake, POLLIN, 0};
    if (poll(&ready, 1, poll_limit(end)) > 0) lower();
  }
}

AgentLink::AgentLink(Configure configure,
                     ServiceOptions options,
                     log::Context log,
                     Listener listener)
    : state_(std::make_unique<State>(
          std::move(configure), std::move(options), std::move(log), std::move(listener))) {
  state_->thread = std::jthread([this] { state_->run(); });
}

AgentLink::~AgentLink() { stop(); }

void AgentLink::stop() {
  state_->is_stopped = true;
  state_->raise();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<std::shared_ptr<Slot>> AgentLink::open(std::function<Message(std::uint64_t id)> first) {
  auto slot = std::make_shared<Slot>();  // shared: the thread answers while its owner may be gone
  const bool is_open = state_->shared.with([&](State::Shared& s) {
    if (!s.is_connected && !s.is_starting) return false;
    if (s.out.size() > k_max_queued) return false;
    slot->id = s.next_id++;
    s.slots.emplace(slot->id, slot);
    s.out += encode_message(first(slot->id));
    return true;
  });
  if (!is_open)
    return fail(state_->is_stopped ? Errc::cancelled : Errc::unavailable, "no kontor-directory");
  state_->raise();
  return slot;
}

Result<void> AgentLink::send(const Slot& slot, const Message& message) {
  const std::string frame = encode_message(message);
  if (frame.size() > k_max_message) return fail(Errc::limit, "a response that is too long");
  const bool is_sent = state_->shared.with([&](State::Shared& s) {
    if (!s.slots.contains(slot.id) || s.out.size() > k_max_queued) return false;
    s.out += frame;
    return true;
  });
  if (!is_sent)
    return fail(state_->is_stopped ? Errc::cancelled : Errc::unavailable, "no kontor-directory");
  state_->raise();
  return {};
}

void AgentLink::close(const Slot& slot, const std::optional<Message>& last) {
  state_->shared.with([&](State::Shared& s) {
    if (s.slots.erase(slot.id) > 0 && last && s.out.size() <= k_max_queued)
      s.out += encode_message(*last);
  });
  state_->raise();
}

int AgentLink::pid() const {
  return state_->shared.with([](const State::Shared& s) { return s.pid; });
}

std::uint64_t AgentLink::restarts() const {
  const auto starts = state_->starts.load();
  return starts == 0 ? 0 : starts - 1;
}

Task<Result<Message>> next_answer(std::shared_ptr<Slot> slot, net::Limit limit) {
  const auto end = steady_clock::now() + limit;
  for (;;) {
    auto answer = slot->answer.with([](auto& place) { return std::exchange(place, std::nullopt); });
    if (answer) co_return *std::move(answer);
    const auto left = std::chrono::duration_cast<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0) co_return fail(Errc::unavailable, "kontor-directory took too long");
    co_await slot->arrived.wait(left);
  }
}

}  // namespace kontor::directory
