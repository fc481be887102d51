// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/acceptor.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "base/log/recording_sink.hpp"
#include "base/net/signal.hpp"
#include "base/net/socket_address.hpp"
#include "base/net/task_group.hpp"
#include "tests/support/run_task.hpp"
#include "tests/unit/base/net/tls_client.hpp"

namespace kontor::net {
namespace {

constexpr Limit k_patience = std::chrono::seconds(60);

// Greets, then waits for the peer's end.
Task<void> greet(std::unique_ptr<Stream> stream) {
  const std::string greeting = "hello " + stream->local().text() + "\n";
  const auto sent = co_await stream->write(greeting, k_patience);
  if (!sent) co_return;
  (void)co_await stream->wait(nullptr, k_patience);
  co_await stream->close();
}

Task<void> throw_at_once(std::unique_ptr<Stream>) {
  throw std::runtime_error("a fault of the handler");
  co_return;
}

// A blocking client; -1 when it cannot connect.
int dial(const Endpoint& to) {
  auto address = SocketAddress::of(to.address, static_cast<std::uint16_t>(to.port));
  const int fd = ::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(fd, address->get(), *address->size()) == 0) return fd;
  ::close(fd);
  return -1;
}

std::string receive_line(int fd) {
  std::string line;
  char c = 0;
  while (!line.ends_with('\n') && ::recv(fd, &c, 1, 0) == 1) line.push_back(c);
  return line;
}

// An io_context with two threads, and an acceptor on a free port of loopback.
struct Fixture {
  explicit Fixture(std::uint32_t most = 100, Acceptor::Handler handler = greet) {
    auto socket = ListeningSocket::open("127.0.0.1", 0);
    EXPECT_TRUE(socket) << socket.error().text();
    acceptor = std::make_unique<Acceptor>(context.get_executor(), *std::move(socket), most,
                                          log::Context(sink), std::move(handler));
    acceptor->start();
    for (int i = 0; i < 2; ++i) threads.emplace_back([this] { context.run(); });
  }
  // Stops accepting and waits for the connections' end.
  bool end(Limit limit) {
    std::promise<bool> ended;
    boost::asio::co_spawn(context, acceptor->wait_ended(limit),
                          [&](std::exception_ptr, bool all) { ended.set_value(all); });
    return ended.get_future().get();
  }
  ~Fixture() {
    acceptor->stop();
    acceptor->cut();
    EXPECT_TRUE(end(k_patience));
    guard.reset();
  }

  log::RecordingSink sink;
  boost::asio::io_context context;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{
      context.get_executor()};
  std::unique_ptr<Acceptor> acceptor;
  std::vector<std::jthread> threads;
};

void wait_for(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(condition());
}

TEST(Acceptor, ServesManyAndEndsInOrder) {
  Fixture server;
  std::vector<int> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(dial(server.acceptor->local()));
  for (const int fd : clients)
    EXPECT_EQ(receive_line(fd), "hello " + server.acceptor->local().text() + "\n");
  EXPECT_EQ(server.acceptor->connections(), 50U);
  server.acceptor->stop();
  EXPECT_FALSE(server.end(std::chrono::milliseconds(10))) << "they are still open";
  EXPECT_EQ(dial(server.acceptor->local()), -1) << "nobody new";
  for (const int fd : clients) ::close(fd);
  EXPECT_TRUE(server.end(k_patience));
  EXPECT_EQ(server.acceptor->connections(), 0U);
  EXPECT_EQ(server.sink.count("server.listener.opened"), 1U);
}

TEST(Acceptor, TooManyAreClosedAtOnceAndLogged) {
  Fixture server(2);
  const int one = dial(server.acceptor->local());
  const int two = dial(server.acceptor->local());
  EXPECT_NE(receive_line(one), "");
  EXPECT_NE(receive_line(two), "");
  const int three = dial(server.acceptor->local());
  EXPECT_EQ(receive_line(three), "");
  EXPECT_EQ(server.sink.count("server.connection.refused"), 1U);
  ::close(one);
  wait_for([&] { return server.acceptor->connections() == 1; });
  const int four = dial(server.acceptor->local());
  EXPECT_NE(receive_line(four), "") << "there is room again";
  for (const int fd : {two, three, four}) ::close(fd);
}

TEST(Acceptor, AHandlerThatThrowsIsReportedAndTheOthersGoOn) {
  Fixture server(10, throw_at_once);
  for (int i = 0; i < 3; ++i) {
    const int fd = dial(server.acceptor->local());
    EXPECT_EQ(receive_line(fd), "");
    ::close(fd);
  }
  wait_for([&] { return server.sink.count("server.connection.failed") == 3; });
  EXPECT_EQ(server.sink.last("server.connection.failed")->get(log::Keys::detail),
            "a fault of the handler");
}

// Without descriptors nobody is lost: who waits in the queue is served when there are some again.
TEST(Acceptor, OutOfDescriptorsItPausesAndGoesOn) {
  Fixture server;
  const int early = dial(server.acceptor->local());
  EXPECT_NE(receive_line(early), "");
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{10, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(client) + 1;
  std::vector<int> fillers;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  for (int fd = ::dup(client); fd >= 0; fd = ::dup(client)) fillers.push_back(fd);
  auto address =
      SocketAddress::of("127.0.0.1", static_cast<std::uint16_t>(server.acceptor->local().port));
  ASSERT_EQ(::connect(client, address->get(), *address->size()), 0);
  wait_for([&] { return server.sink.count("server.listener.starved") >= 1; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(receive_line(client), "");
  for (const int fd : fillers) ::close(fd);
  ::close(client);
  ::close(early);
}

TEST(ListeningSocket, SaysWhyItCannotListen) {
  const auto first = ListeningSocket::open("127.0.0.1", 0);
  ASSERT_TRUE(first);
  const auto port = static_cast<std::uint16_t>(first->local().port);
  const auto second = ListeningSocket::open("127.0.0.1", port);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Errc::exists);
  EXPECT_EQ(second.error().detail(), first->local().text() + " is in use by another program");
  const auto name = ListeningSocket::open("localhost", 0);
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code(), Errc::bad_input);
  const auto foreign = ListeningSocket::open("192.0.2.1", 0);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code(), Errc::not_found);
}

TEST(ListeningSocket, BothFamiliesSideBySide) {
  const auto v6 = ListeningSocket::open("::1", 0);
  if (!v6) {
    EXPECT_EQ(v6.error().code(), Errc::not_found) << "a machine without IPv6";
    return;
  }
  EXPECT_EQ(v6->local().address, "::1");
  EXPECT_TRUE(ListeningSocket::open("127.0.0.1", static_cast<std::uint16_t>(v6->local().port)));
}

TEST(ListeningSocket, UnixSocketsAreForTheirOwnerOnly) {
  const kontor::testing::TempFolder folder;
  const auto path = folder.path + "/control.socket";
  {
    const auto socket = ListeningSocket::open_unix(path);
    ASSERT_TRUE(socket) << socket.error().text();
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_TRUE(ListeningSocket::open_unix(path)) << "one left behind is replaced";
  EXPECT_FALSE(ListeningSocket::open_unix(folder.path + "/" + std::string(120, 'x')));
}

Task<void> sleep_long(Signal& never, bool& cancelled) {
  try {
    (void)co_await never.wait(std::chrono::hours(1));
    (void)co_await never.wait(std::chrono::hours(1));
  } catch (const boost::system::system_error&) {
    cancelled = true;
    throw;
  }
}

Task<bool> cancel_and_wait(TaskGroup& group, bool& was_empty_before) {
  was_empty_before = co_await group.wait_empty(std::chrono::milliseconds(5));
  group.cancel();
  co_return co_await group.wait_empty(k_patience);
}

TEST(TaskGroup, CancelsAndWaits) {
  boost::asio::io_context context;
  log::RecordingSink sink;
  TaskGroup group{log::Context(sink)};
  Signal never;
  bool cancelled = false;
  bool was_empty_before = true;
  group.spawn(context.get_executor(), sleep_long(never, cancelled));
  EXPECT_EQ(group.size(), 1U);
  EXPECT_TRUE(kontor::testing::run(context, cancel_and_wait(group, was_empty_before)));
  EXPECT_FALSE(was_empty_before);
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(sink.events().size(), 0U) << "a cancelled task is no fault";
}

}  // namespace
}  // namespace kontor::net
