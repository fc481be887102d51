// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/run_all.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <string>

namespace kontor {
namespace {

namespace asio = boost::asio;

// Runs `tasks` to their end and gives what was thrown.
std::string run(std::vector<Task<void>> tasks) {
  asio::io_context io;
  std::string thrown = "never ended";
  asio::co_spawn(io, run_all(std::move(tasks)), [&](const std::exception_ptr& failed) {
    thrown.clear();
    try {
      if (failed) std::rethrow_exception(failed);
    } catch (const std::runtime_error& error) {
      thrown = error.what();
    }
  });
  io.run();
  return thrown;
}

// Ends when `count` tasks have come so far: only tasks under way at once get there.
Task<void> meet(asio::steady_timer& gate, int& came, int count) {
  if (++came == count) {
    gate.cancel();
    co_return;
  }
  boost::system::error_code ignored;
  co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

Task<void> note(int& ended, const char* problem) {
  ++ended;
  if (problem != nullptr) throw std::runtime_error(problem);
  co_return;
}

TEST(RunAll, NothingAndOneAreFine) {
  EXPECT_EQ(run({}), "");
  int ended = 0;
  std::vector<Task<void>> one;
  one.push_back(note(ended, "alone"));
  EXPECT_EQ(run(std::move(one)), "alone");
  EXPECT_EQ(ended, 1);
}

TEST(RunAll, TasksAreUnderWayAtOnce) {
  asio::io_context io;
  asio::steady_timer gate(io, asio::steady_timer::time_point::max());
  int came = 0;
  bool is_over = false;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(meet(gate, came, 5));
  asio::co_spawn(io, run_all(std::move(tasks)), [&](const std::exception_ptr& failed) {
    EXPECT_EQ(failed, nullptr);
    is_over = true;
  });
  io.run();
  EXPECT_TRUE(is_over);
}

TEST(RunAll, TheFirstExceptionComesWhenAllHaveEnded) {
  int ended = 0;
  std::vector<Task<void>> tasks;
  for (const char* problem : {static_cast<const char*>(nullptr), "second", "third"})
    tasks.push_back(note(ended, problem));
  EXPECT_EQ(run(std::move(tasks)), "second");
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace kontor
