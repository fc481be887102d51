// SPDX-License-Identifier: GPL-3.0-or-later
// Large messages are looked through one after the other, whoever gives up.
#include "server/indexer/large_turns.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <vector>

#include "tests/support/run_task.hpp"

namespace kontor::indexer {
namespace {

using Turn = LargeTurns::Turn;

struct Waiting {
  LargeTurns turns;
  std::vector<int> order;
  std::vector<std::optional<Turn>> held{8};
  boost::asio::io_context context;

  void ask(std::size_t who, std::uint64_t bytes = LargeTurns::k_large) {
    const auto asking = [](Waiting& all, std::size_t number, std::uint64_t size) -> Task<void> {
      all.held[number].emplace(co_await all.turns.enter(size));
      all.order.push_back(static_cast<int>(number));
    };
    testing::spawn(context, asking(*this, who, bytes));
    go_on();
  }
  void end(std::size_t who) {
    held[who].reset();
    go_on();
  }
  void go_on() {
    context.restart();
    while (context.poll() != 0) continue;
  }
};

TEST(LargeTurns, ComeOneAfterTheOther) {
  Waiting all;
  for (std::size_t who = 0; who < 3; ++who) all.ask(who);
  EXPECT_EQ(all.order, (std::vector{0}));
  all.end(0);
  EXPECT_EQ(all.order, (std::vector{0, 1}));
  all.end(1);
  EXPECT_EQ(all.order, (std::vector{0, 1, 2}));
  all.ask(3);
  all.end(2);
  EXPECT_EQ(all.order, (std::vector{0, 1, 2, 3}));
}

TEST(LargeTurns, SmallOnesDoNotWait) {
  Waiting all;
  all.ask(0);
  all.ask(1, LargeTurns::k_large - 1);
  EXPECT_EQ(all.order, (std::vector{0, 1}));
  all.end(1);
  all.ask(2);
  EXPECT_EQ(all.order, (std::vector{0, 1}));
  all.end(0);
  EXPECT_EQ(all.order, (std::vector{0, 1, 2}));
}

TEST(LargeTurns, WhoGoesAwayIsPassedOver) {
  LargeTurns turns;
  boost::asio::io_context other;
  auto leaving = std::make_unique<boost::asio::io_context>();
  std::optional<Turn> first(testing::run(other, turns.enter(LargeTurns::k_large)));
  testing::spawn(*leaving, [](LargeTurns& all) -> Task<void> {
    (void)co_await all.enter(LargeTurns::k_large);
  }(turns));
  leaving->poll();
  bool has_it = false;
  testing::spawn(other, [](LargeTurns& all, bool& done) -> Task<void> {
    const auto turn = co_await all.enter(LargeTurns::k_large);
    done = true;
  }(turns, has_it));
  other.restart();
  other.poll();
  leaving.reset();  // its coroutine is destroyed while it waits
  EXPECT_FALSE(has_it);
  first.reset();
  other.restart();
  while (other.poll() != 0) continue;
  EXPECT_TRUE(has_it);
}

// A server that stops cuts tasks off: they go with the executor, when nothing else is there.
TEST(LargeTurns, TurnsMayEndLater) {
  std::optional<LargeTurns> turns(std::in_place);
  std::optional<boost::asio::io_context> context(std::in_place);
  int entered = 0;
  const auto task = [](LargeTurns& all, int& count) -> Task<void> {
    const auto turn = co_await all.enter(LargeTurns::k_large);
    ++count;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_after(std::chrono::hours(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
  };
  testing::spawn(*context, task(*turns, entered));
  testing::spawn(*context, task(*turns, entered));
  while (context->poll() != 0) continue;
  EXPECT_EQ(entered, 1);
  turns.reset();
  context.reset();
}

}  // namespace
}  // namespace kontor::indexer
