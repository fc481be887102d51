// SPDX-License-Identifier: GPL-3.0-or-later
// Runs coroutines to their end on an io_context of their own: for tests.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "base/core/task.hpp"

namespace kontor::testing {

// Runs what is queued until it ends by itself; false (and a test failure) after `bound`.
inline bool run_all(boost::asio::io_context& context,
                    std::chrono::seconds bound = std::chrono::seconds(120)) {
  context.restart();
  context.run_for(bound);
  const bool ended = context.stopped();
  EXPECT_TRUE(ended) << "something still waits";
  return ended;
}

inline void spawn(boost::asio::io_context& context, Task<void> task) {
  boost::asio::co_spawn(context, std::move(task), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

// The task's value. A task that does not end within the bound ends the test program.
template <class T>
T run(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> value;
  boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, T result) {
    if (error) std::rethrow_exception(error);
    value.emplace(std::move(result));
  });
  run_all(context);
  return std::move(value).value();
}

inline void run(boost::asio::io_context& context, Task<void> task) {
  spawn(context, std::move(task));
  run_all(context);
}

}  // namespace kontor::testing
