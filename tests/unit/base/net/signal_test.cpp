// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/signal.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/net/memory_stream.hpp"
#include "tests/support/run_task.hpp"

namespace kontor::net {
namespace {

using std::chrono::milliseconds;
constexpr Limit k_patience = std::chrono::seconds(10);

TEST(Signal, RaisedTwiceIsSeenOnce) {
  Signal signal;
  EXPECT_FALSE(signal.take());
  signal.raise();
  signal.raise();
  EXPECT_TRUE(signal.take());
  EXPECT_FALSE(signal.take());
}

TEST(Signal, WaitingLowersItOrRunsOut) {
  boost::asio::io_context context;
  Signal signal;
  signal.raise();
  EXPECT_EQ(kontor::testing::run(context, signal.wait(k_patience)), Wake::signalled);
  EXPECT_EQ(kontor::testing::run(context, signal.wait(milliseconds(5))), Wake::timed_out);
}

Task<int> count_raises(Signal& signal, std::atomic<int>& sent, std::atomic<int>& seen, int all) {
  while (seen.load() < all) {
    const Wake wake = co_await signal.wait(k_patience);
    if (wake != Wake::signalled) break;
    seen.store(sent.load());
  }
  co_return seen.load();
}

// No raise is lost, whichever way the threads meet.
TEST(Signal, RaisedByAnotherThread) {
  boost::asio::io_context context;
  Signal signal;
  std::atomic<int> sent = 0;
  std::atomic<int> seen = 0;
  const int all = 2'000;
  std::jthread raiser([&] {
    for (int i = 0; i < all; ++i) {
      ++sent;
      signal.raise();
      if (i % 3 == 0)
        for (int spin = 0; spin < 1'000 && seen.load() <= i; ++spin) std::this_thread::yield();
    }
  });
  EXPECT_EQ(kontor::testing::run(context, count_raises(signal, sent, seen, all)), all);
}

TEST(MemoryStream, WaitSeesInputSignalAndLimit) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  Signal signal;
  const auto wait_once = [&](Limit limit) {
    const auto wake = kontor::testing::run(context, pair.first->wait(&signal, limit));
    return wake.value();
  };
  EXPECT_EQ(wait_once(milliseconds(5)), Wake::timed_out);
  signal.raise();
  EXPECT_EQ(wait_once(k_patience), Wake::signalled);
  ASSERT_TRUE(kontor::testing::run(context, pair.second->write("x", k_patience)));
  EXPECT_EQ(wait_once(k_patience), Wake::readable);
  EXPECT_EQ(wait_once(k_patience), Wake::readable) << "it is still there to be read";
}

Task<Wake> wait_for(Stream& stream, Signal& signal) {
  const auto wake = co_await stream.wait(&signal, k_patience);
  co_return wake.value_or(Wake::timed_out);
}

TEST(MemoryStream, AWaiterIsWokenFromOutside) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  Signal signal;
  std::jthread raiser([&] { signal.raise(); });
  EXPECT_EQ(kontor::testing::run(context, wait_for(*pair.first, signal)), Wake::signalled);
  std::jthread closer([&] { pair.second.reset(); });
  EXPECT_EQ(kontor::testing::run(context, wait_for(*pair.first, signal)), Wake::readable)
      << "an end that goes away can be read";
  char byte = 0;
  const auto got =
      kontor::testing::run(context, pair.first->read_some(std::span(&byte, 1), k_patience));
  EXPECT_EQ(got.value_or(9), 0U);
  const auto written = kontor::testing::run(context, pair.first->write("x", k_patience));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Errc::closed);
}

TEST(MemoryStream, AReaderThatDoesNotReadHoldsTheWriterUntilTheLimit) {
  boost::asio::io_context context;
  MemoryOptions narrow;
  narrow.capacity = 4;
  auto pair = make_memory_streams(narrow);
  const auto written = kontor::testing::run(context, pair.first->write("12345", milliseconds(5)));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Errc::timed_out);
}

TEST(MemoryStream, TlsForgetsWhatCameBefore) {
  boost::asio::io_context context;
  auto pair = make_memory_streams();
  ASSERT_TRUE(kontor::testing::run(context, pair.second->write("MAIL FROM:<x@y>\r\n", k_patience)));
  EXPECT_FALSE(pair.first->is_tls());
  ASSERT_TRUE(kontor::testing::run(context, pair.first->start_tls(nullptr, k_patience)));
  EXPECT_TRUE(pair.first->is_tls());
  EXPECT_EQ(pair.first->tls_info().version, "TLSv1.3");
  char byte = 0;
  const auto got =
      kontor::testing::run(context, pair.first->read_some(std::span(&byte, 1), milliseconds(5)));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code(), Errc::timed_out);
}

TEST(Endpoint, Text) {
  EXPECT_EQ((Endpoint{"127.0.0.1", 143}.text()), "127.0.0.1:143");
  EXPECT_EQ((Endpoint{"::1", 143}.text()), "[::1]:143");
  EXPECT_TRUE((Endpoint{"127.8.9.1", 1}.is_loopback()));
  EXPECT_TRUE((Endpoint{"::1", 1}.is_loopback()));
  EXPECT_FALSE((Endpoint{"10.0.0.1", 1}.is_loopback()));
  EXPECT_FALSE((Endpoint{"::2", 1}.is_loopback()));
}

}  // namespace
}  // namespace kontor::net
