// SPDX-License-Identifier: GPL-3.0-or-later
// libunbound resolves in a thread of its own and tells of answers through a descriptor; ours waits
// for that descriptor, for new questions and for the nearest deadline. Nothing that libunbound does
// can so hold up a network thread.
#include "base/net/dns_thread.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <thread>
#include <unordered_map>

#include "base/core/guarded.hpp"
#include "base/net/signal.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {
namespace {

constexpr int k_class_in = 1;
constexpr int k_rcode_ok = 0, k_rcode_nxdomain = 3;

struct FreeContext {
  void operator()(ub_ctx* context) const noexcept { ub_ctx_delete(context); }
};
using ContextHandle = std::unique_ptr<ub_ctx, FreeContext>;

struct FreeResult {
  void operator()(ub_result* result) const noexcept { ub_resolve_free(result); }
};

Result<DnsAnswer> read_result(const ub_result& result) {
  if (result.bogus != 0)
    return fail(Errc::unavailable,
                fmt::format("the answer for {} is forged: {}", result.qname,
                            result.why_bogus != nullptr ? result.why_bogus : "no reason given"));
  if (result.nxdomain != 0 || result.rcode == k_rcode_nxdomain)
    return fail(Errc::not_found, fmt::format("{} does not exist", result.qname));
  if (result.rcode != k_rcode_ok)
    return fail(Errc::unavailable,
                fmt::format("the name servers answer {} with code {}", result.qname, result.rcode));
  DnsAnswer answer;
  answer.is_secure = result.secure != 0;
  if (result.canonname != nullptr) answer.canonical = result.canonname;
  if (result.havedata == 0) return answer;
  for (std::size_t i = 0; result.data[i] != nullptr && i < k_most_records; ++i)
    answer.rdata.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
  return answer;
}

Result<void> checked(int error, std::string_view what) {
  if (error == UB_NOERROR) return {};
  return fail(Errc::bad_input, fmt::format("{}: {}", what, ub_strerror(error)));
}

Result<void> set_option(ub_ctx* context, const char* option, const char* value) {
  return checked(ub_ctx_set_option(context, option, value), option);
}

Result<void> configure(ub_ctx* context, const config::Dns& settings) {
  ub_ctx_debugout(context, nullptr);  // libunbound's own remarks go nowhere: ours are events
  ub_ctx_debuglevel(context, 0);
  static constexpr std::array<std::pair<const char*, const char*>, 7> k_options{{
      {"do-not-query-localhost:", "no"},  // a name server of this machine may be asked
      // The network's own name servers know its private addresses and names.
      {"unblock-lan-zones:", "yes"},
      {"insecure-lan-zones:", "yes"},
      {"outgoing-range:", "256"},
      // A name server that failed is asked again soon: it is often the only one.
      {"infra-host-ttl:", "60"},
      {"infra-keep-probing:", "yes"},
      {"msg-cache-size:", "8m"},
  }};
  for (const auto& [option, value] : k_options) {
    KONTOR_TRY(set_option(context, option, value));
  }
  for (const auto& server : settings.servers) {
    KONTOR_TRY(checked(ub_ctx_set_fwd(context, server.c_str()), "dns.servers: " + server));
  }
  // Without that file libunbound asks the root servers itself.
  if (settings.servers.empty()) static_cast<void>(ub_ctx_resolvconf(context, nullptr));
  if (!settings.trust_anchor_file.empty()) {
    const std::string& file = settings.trust_anchor_file;
    if (::access(file.c_str(), R_OK) != 0)  // libunbound would go on without it
      return fail(errno_error("dns.trust_anchor_file " + file, errno));
    KONTOR_TRY(checked(ub_ctx_add_ta_file(context, file.c_str()), "dns.trust_anchor_file " + file));
  }
  for (const auto& zone : settings.unsigned_zones) {
    KONTOR_TRY(set_option(context, "domain-insecure:", zone.c_str()));
  }
  KONTOR_TRY(checked(ub_ctx_async(context, 1), "libunbound"));
  // RFC 6761, 6.2 keeps "test." for private use: there may well be name servers for it.
  return checked(ub_ctx_zone_add(context, "test.", "transparent"), "the resolver's start");
}

}  // namespace

struct DnsThread::Question {
  std::string name;
  DnsType type = DnsType::a;
  SteadyTime deadline;
  Guarded<std::optional<Result<DnsAnswer>>> result;
  Signal answered;

  void finish(Result<DnsAnswer> with) {
    result.with([&](std::optional<Result<DnsAnswer>>& now) {
      if (!now) now.emplace(std::move(with));
    });
    answered.raise();
  }
  bool is_finished() const {
    return result.with([](const auto& now) { return now.has_value(); });
  }
};

struct DnsThread::State {
  struct Inbox {
    std::vector<std::shared_ptr<Question>> questions;
    bool is_stopping = false;
  };

  ContextHandle context;
  std::chrono::milliseconds timeout{};
  int wake_fd = -1;
  Guarded<Inbox> inbox;
  std::unordered_map<int, std::shared_ptr<Question>> active;  // the thread's own
  std::thread thread;

  ~State() {
    if (wake_fd >= 0) ::close(wake_fd);
  }

  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(::write(wake_fd, &one, sizeof one));
  }

  void run() {
    while (take_questions()) {
      wait_for_something();
      ub_process(context.get());
      sweep();
    }
    for (auto& [id, question] : active) {
      ub_cancel(context.get(), id);
      question->finish(fail(Errc::cancelled, "the server stops"));
    }
    active.clear();
    context.reset();  // ends libunbound's thread
  }

  bool take_questions() {
    auto [questions, is_stopping] =
        inbox.with([](Inbox& now) { return std::exchange(now, Inbox{{}, now.is_stopping}); });
    for (auto& question : questions) {
      if (is_stopping)
        question->finish(fail(Errc::cancelled, "the server stops"));
      else
        begin(std::move(question));
    }
    return !is_stopping;
  }

  void begin(std::shared_ptr<Question> question) {
    int id = 0;
    const int error =
        ub_resolve_async(context.get(), question->name.c_str(), static_cast<int>(question->type),
                         k_class_in, question.get(), &State::on_answer, &id);
    if (error == UB_SYNTAX)
      question->finish(fail(Errc::bad_input, question->name + " is not a name"));
    else if (error != UB_NOERROR)
      question->finish(fail(Errc::unavailable, ub_strerror(error)));
    else
      active.emplace(id, std::move(question));
  }

  // Called from ub_process() on our thread; `active` holds the question.
  static void on_answer(void* data, int error, ub_result* given) {
    const std::unique_ptr<ub_result, FreeResult> result(given);
    auto& question = *static_cast<Question*>(data);
    if (error != UB_NOERROR || !result)
      question.finish(fail(Errc::unavailable,
                           fmt::format("asking for {}: {}", question.name, ub_strerror(error))));
    else
      question.finish(read_result(*result));
  }

  void wait_for_something() {
    auto deadline = deadline_after(std::chrono::hours(1));
    for (const auto& [id, question] : active) deadline = std::min(deadline, question->deadline);
    std::array<pollfd, 2> fds{{{ub_fd(context.get()), POLLIN, 0}, {wake_fd, POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(left_until(deadline).count()));
    std::uint64_t count = 0;
    if ((fds[1].revents & POLLIN) != 0) static_cast<void>(::read(wake_fd, &count, sizeof count));
  }

  void sweep() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(active, [&](const auto& entry) {
      const auto& [id, question] = entry;
      if (question->is_finished()) return true;
      if (question->deadline > now) return false;
      ub_cancel(context.get(), id);
      question->finish(
          fail(Errc::unavailable, fmt::format("no answer for {} in time", question->name)));
      return true;
    });
  }
};

DnsThread::DnsThread(std::unique_ptr<State> state) : state_(std::move(state)) {}

DnsThread::~DnsThread() {
  state_->inbox.with([](State::Inbox& now) { now.is_stopping = true; });
  state_->wake();
  state_->thread.join();
}

Result<std::unique_ptr<DnsThread>> DnsThread::start(const config::Dns& settings) {
  auto state = std::make_unique<State>();
  state->context.reset(ub_ctx_create());
  if (!state->context) return fail(Errc::internal, "libunbound does not start");
  KONTOR_TRY(configure(state->context.get(), settings));
  state->timeout = settings.timeout;
  state->wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (state->wake_fd < 0) return fail(errno_error("the resolver's start", errno));
  State& running = *state;
  state->thread = std::thread([&running] { running.run(); });
  return std::unique_ptr<DnsThread>(new DnsThread(std::move(state)));
}

std::shared_ptr<DnsThread::Question> DnsThread::ask(std::string name, DnsType type) {
  auto question = std::make_shared<Question>();
  question->name = std::move(name);
  question->type = type;
  question->deadline = deadline_after(state_->timeout);
  state_->inbox.with([&](State::Inbox& now) { now.questions.push_back(question); });
  state_->wake();
  return question;
}

Task<Result<DnsAnswer>> DnsThread::answer(std::shared_ptr<Question> question) {
  while (!question->is_finished()) co_await question->answered.wait(std::chrono::hours(1));
  co_return question->result.with([](auto& now) { return *now; });
}

}  // namespace kontor::net
