// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/agent/agent.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/config/sources.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/events/directory.hpp"
#include "directory/agent/connection.hpp"
#include "directory/agent/keeper.hpp"
#include "directory/agent/parts.hpp"
#include "directory/agent/plain.hpp"
#include "directory/agent/sign_in_desk.hpp"
#include "directory/local/local_accounts.hpp"
#include "directory/local/local_directory.hpp"

namespace kontor::directory {
namespace {

constexpr std::chrono::seconds k_first_message{30};
constexpr std::chrono::milliseconds k_round{1'000};

void give_up_rights() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

Result<std::unique_ptr<log::Log>> open_log(const config::Log& settings) {
  const auto format = settings.format == "json" ? log::Format::json : log::Format::logfmt;
  const auto least = settings.level == "debug"     ? LogLevel::debug
                     : settings.level == "warning" ? LogLevel::warning
                     : settings.level == "error"   ? LogLevel::error
                                                   : LogLevel::info;
  return log::Log::open(settings.file, format, least);
}

class Agent {
 public:
  Agent(Connection& connection, const config::Settings& settings, Parts parts, log::Context log)
      : connection_(connection),
        settings_(settings),
        parts_(std::move(parts)),
        log_(std::move(log)),
        keeper_(
            settings_, parts_.sources, io::real_file_system(), system_clock(), log_, listener()),
        passwords_(
            settings_, system_clock(), parts_.checkers, [this] { return keeper_.current(); }),
        desk_(desk_parts()) {}

  int run() {
    Ready ready;
    ready.mechanisms = desk_.offered();
    tell(ready);
    keeper_.announce();
    std::vector<std::jthread> threads;
    for (const auto& source : parts_.sources)
      threads.emplace_back([this, source] { source->run(keeper_); });
    const int code = serve();
    // What hangs in a library must not keep the process: the sockets of this kontord are gone.
    _exit(code);
  }

 private:
  CopyKeeper::Listener listener() {
    return {[this](std::uint64_t generation) { tell(CopyChanged{generation}); },
            [this](std::uint64_t from, std::uint64_t to, Changes changes) {
              tell_if_it_fits(CopyDelta{from, to, std::move(changes)});
            },
            [this] { report(); }};
  }
  SignInDesk::Parts desk_parts() {
    auto mechanisms = parts_.mechanisms;
    mechanisms.push_back(make_plain(passwords_));
    mechanisms.push_back(make_login(passwords_));
    return {settings_,
            system_clock(),
            std::move(mechanisms),
            [this] { return keeper_.current(); },
            log_,
            [this](SignInAnswer answer) { tell(std::move(answer)); }};
  }

  int serve() {
    for (;;) {
      auto message = connection_.receive(k_round);
      if (!message) {
        if (message.error().code() == Errc::closed) return 0;
        log_.emit(log::events::k_agent_protocol, message.error());
        return 1;
      }
      if (*message)
        std::visit([this](auto&& value) { take(std::move(value)); }, **std::move(message));
      else
        keeper_.write_again();
    }
  }

  void take(SignInBegin message) { desk_.begin(std::move(message)); }
  void take(SignInStep message) { desk_.step(std::move(message)); }
  void take(SignInAbandon message) { desk_.abandon(message.id); }
  void take(Ping message) { tell(Pong{message.id}); }
  void take(Request message) {
    Reply reply;
    reply.id = message.id;
    reply.is_ok = true;
    if (message.wish == Wish::accept_loss)
      reply.detail = std::to_string(keeper_.accept());
    else
      for (const auto& source : parts_.sources) source->reconcile();
    tell(reply);
  }
  // On a thread of its own: a strong hash takes a moment.
  void take(LocalEdit edit) {
    accounts_.post([this, edit = std::move(edit)] {
      Reply reply;
      reply.id = edit.id;
      const auto done = change(edit);
      reply.is_ok = done.has_value();
      reply.error = done ? Errc::internal : done.error().code();
      reply.detail = done ? *done : done.error().detail();
      tell(reply);
    });
  }
  Result<std::string> change(const LocalEdit& edit) const {
    if (!config::has_source(settings_.directory, k_local_source))
      return fail(Errc::unsupported,
                  "there is no embedded directory here: add \"local\" to directory.also");
    return change_local_account(io::real_file_system(), local_file(settings_), edit);
  }
  template <class Other>
  void take(Other) {
    log_.emit(log::events::k_agent_protocol, {{log::Keys::detail, "a message for the other side"}});
  }

  void report() {
    SourceReport report;
    for (const auto& source : parts_.sources) report.sources.push_back(source->status());
    report.held_back = keeper_.held_back();
    tell(report);
  }
  // What is too long for a message goes by the file.
  void tell_if_it_fits(const Message& message) {
    [[maybe_unused]] const auto sent = connection_.send(message);
  }
  void tell(const Message& message) {
    // A failure means that kontord is gone, which serve() notices.
    if (const auto sent = connection_.send(message); !sent && sent.error().code() != Errc::closed)
      log_.emit(log::events::k_agent_protocol, sent.error());
  }

  Connection& connection_;
  const config::Settings& settings_;
  Parts parts_;
  log::Context log_;
  CopyKeeper keeper_;
  PasswordDesk passwords_;
  SignInDesk desk_;
  io::WorkPool accounts_{"kontor-accounts", 1};
};

}  // namespace

int run_agent(int socket) {
  give_up_rights();
  Connection connection(socket);
  const auto first = connection.receive(k_first_message);
  if (!first || !*first || !std::holds_alternative<Configure>(**first)) return 1;
  const auto& configure = std::get<Configure>(**first);
  auto log = open_log(configure.settings.log);
  if (!log) return 1;
  const log::Context context(**log);
  if (configure.version != k_protocol_version) {
    context.emit(log::events::k_agent_protocol, {{log::Keys::detail, "another protocol version"}});
    return 1;
  }
  auto parts = make_parts(configure.settings, system_clock(), context);
  if (!parts) {
    context.emit(log::events::k_agent_refused, parts.error());
    return 1;
  }
  Agent agent(connection, configure.settings, *std::move(parts), context);
  return agent.run();
}

}  // namespace kontor::directory
