// SPDX-License-Identifier: GPL-3.0-or-later
// A queue on a disk in memory, with a clock that the test moves and a transport that does what the
// test says. Tasks run on the test's own thread until what it waits for has come.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <optional>

#include "base/core/guarded.hpp"
#include "base/io/memory_disk.hpp"
#include "base/log/recording_sink.hpp"
#include "base/net/signal.hpp"
#include "server/queue/queue.hpp"

namespace kontor::queue {

class ManualClock final : public Clock {
 public:
  UtcSeconds now() const override { return UtcSeconds(std::chrono::seconds(seconds_)); }
  SteadyTime steady() const override { return SteadyTime(std::chrono::seconds(seconds_)); }
  void pass(std::chrono::seconds time) { seconds_ += time.count(); }

 private:
  std::atomic<std::int64_t> seconds_ = 1'800'000'000;
};

// What was handed over, in order.
struct Handed {
  std::string destination;
  Piece piece;
  std::string bytes;
};

inline Outcome outcome(Fate fate, std::string diagnostic = {}, std::string remote = "mx.test") {
  Outcome out;
  out.fate = fate;
  out.diagnostic = std::move(diagnostic);
  out.remote = std::move(remote);
  return out;
}

// The destination of an address is its domain. What `answer` does not decide is relayed.
class ScriptedTransport final : public Transport {
 public:
  std::string destination(std::string_view address) const override {
    return std::string(address.substr(address.find('@') + 1));
  }
  DestinationRules rules(std::string_view destination) const override {
    const auto found = rules_of.find(std::string(destination));
    return found == rules_of.end() ? DestinationRules() : found->second;
  }
  Task<void> deliver(std::string destination, Work& work) override {
    ++runs;
    most_runs = std::max(most_runs, ++now_running[destination]);
    co_await serve(destination, work);
    --now_running[destination];
  }

  std::function<Outcome(const std::string& destination, const Recipient&)> answer;
  std::function<void(const Piece&, const std::vector<Outcome>&)> reported;  // and is durable
  std::map<std::string, DestinationRules> rules_of;
  std::map<std::string, Outcome> dead;                          // destinations: defer_all()
  std::map<std::string, std::unique_ptr<net::Signal>> hanging;  // until it is raised
  std::map<std::string, std::uint32_t> now_running;
  std::vector<Handed> handed;
  std::uint32_t runs = 0, most_runs = 0;

 private:
  Task<void> serve(std::string destination, Work& work) {
    if (const auto hung = hanging.find(destination); hung != hanging.end())
      (void)co_await hung->second->wait(std::chrono::hours(24));
    if (const auto found = dead.find(destination); found != dead.end()) {
      auto why = found->second;
      const auto done = co_await work.defer_all(std::move(why));
      EXPECT_TRUE(done) << done.error().text();
      co_return;
    }
    while (auto piece = work.next()) {
      const auto bytes = co_await work.read(*piece);
      handed.push_back({destination, *piece, bytes ? *bytes : bytes.error().text()});
      std::vector<Outcome> outcomes;
      for (const auto& one : piece->recipients)
        outcomes.push_back(answer ? answer(destination, one)
                                  : outcome(Fate::relayed, "250 2.0.0 ok"));
      const auto fates = outcomes;
      const auto done = co_await work.report(*piece, std::move(outcomes));
      if (!done) failures.push_back(done.error().text());
      if (done && reported) reported(*piece, fates);
    }
  }

 public:
  std::vector<std::string> failures;  // of reports
};

class QueueTest : public ::testing::Test {
 protected:
  QueueTest() {
    settings.server.name = "mail.test";
    settings.queue.reserve = 1 << 20;
  }
  ~QueueTest() override { shut(); }

  QueueEnvironment environment(io::FileSystem& files) {
    QueueEnvironment made{files, io_.get_executor(), settings, log::Context(sink), clock};
    made.bad_mail = "/data/badmail";
    return made;
  }
  void open(QueueOptions options = {}) {
    auto opened = Queue::open(environment(*disk), "/data/queue", options);
    ASSERT_TRUE(opened) << opened.error().text();
    queue = *std::move(opened);
  }
  void open_and_start(QueueOptions options = {}) {
    open(options);
    if (queue) queue->start(transport);
  }
  // As a server that stops in order.
  void shut() {
    if (!queue) return;
    run(queue->stop(std::chrono::milliseconds(0)));
    run(queue->close());
    queue.reset();
  }

  // Runs everything until the task has ended.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    auto wrapped = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await std::move(inner));
    };
    run(wrapped(std::move(task), value));
    return *std::move(value);
  }
  void run(Task<void> task) {
    bool done = false;
    boost::asio::co_spawn(io_, std::move(task), [&](const std::exception_ptr& thrown) {
      EXPECT_FALSE(thrown);
      done = true;
    });
    while (!done) io_.run_one();
  }
  // Runs until it is so; two minutes are for ever.
  void run_until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!is_so() && std::chrono::steady_clock::now() < end)
      io_.run_one_for(std::chrono::milliseconds(200));
    ASSERT_TRUE(is_so());
  }
  // Until nothing is left to do now.
  void settle() {
    run_until([this] { return queue->totals().active == 0 && !runs_more(); });
  }
  bool runs_more() { return io_.run_one_for(std::chrono::milliseconds(30)) > 0; }
  void pass(std::chrono::seconds time) {
    clock.pass(time);
    queue->wake();
    settle();
  }

  static std::vector<Recipient> to(const std::vector<std::string>& addresses) {
    std::vector<Recipient> all;
    for (const auto& address : addresses) {
      Recipient one;
      one.address = address;
      all.push_back(std::move(one));
    }
    return all;
  }
  Envelope from(std::string sender) {
    Envelope envelope;
    envelope.trace = "trace" + std::to_string(++traces_);
    envelope.sender = std::move(sender);
    envelope.arrived = clock.now();
    return envelope;
  }
  MessageId add(const std::vector<std::string>& recipients,
                std::string bytes = "Subject: x\r\nMessage-ID: <1@a.test>\r\n\r\nbody\r\n",
                std::string sender = "anna@a.test") {
    const auto id = run(queue->add(from(std::move(sender)), to(recipients), std::move(bytes)));
    EXPECT_TRUE(id) << id.error().text();
    return id ? *id : 0;
  }
  MessageId add_as(Envelope envelope,
                   const std::vector<std::string>& recipients,
                   std::string bytes = "Subject: x\r\n\r\nbody\r\n") {
    const auto id = run(queue->add(std::move(envelope), to(recipients), std::move(bytes)));
    EXPECT_TRUE(id) << id.error().text();
    return id ? *id : 0;
  }
  // Messages handed to a destination.
  std::vector<std::string> handed_to(const std::string& destination) const {
    std::vector<std::string> all;
    for (const auto& one : transport.handed)
      if (one.destination == destination) all.push_back(one.bytes);
    return all;
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  config::Settings settings;
  log::RecordingSink sink;
  ManualClock clock;
  std::unique_ptr<io::MemoryDisk> disk = std::make_unique<io::MemoryDisk>();
  ScriptedTransport transport;
  std::unique_ptr<Queue> queue;

 private:
  int traces_ = 0;
};

}  // namespace kontor::queue
