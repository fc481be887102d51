// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/work_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/io/blocking.hpp"

namespace kontor::io {
namespace {

TEST(WorkPool, RunsEverythingPostedBeforeItEnds) {
  std::atomic<int> done = 0;
  {
    WorkPool pool("test", 3);
    for (int i = 0; i < 100; ++i) pool.post([&] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

TEST(WorkPool, DrivenByHandKeepsTheOrder) {
  WorkPool pool("test", 0);
  std::string order;
  pool.post([&] { order += 'a'; });
  pool.post([&] {
    EXPECT_TRUE(pool.on_pool());
    order += 'b';
  });
  EXPECT_EQ(pool.waiting(), 2U);
  EXPECT_FALSE(pool.on_pool());
  EXPECT_TRUE(pool.run_one());
  EXPECT_TRUE(pool.run_one());
  EXPECT_FALSE(pool.run_one());
  EXPECT_EQ(order, "ab");
}

Task<std::string> ask(WorkPool& pool, std::thread::id* worker) {
  auto work = [worker, owned = std::make_unique<int>(7)] {
    *worker = std::this_thread::get_id();
    return std::to_string(*owned);
  };
  co_return co_await on_pool(pool, std::move(work));
}

TEST(OnPool, WorksThereAndGoesOnHere) {
  WorkPool pool("test", 2);
  boost::asio::io_context network;
  std::thread::id worker;
  auto answer = boost::asio::co_spawn(network, ask(pool, &worker), boost::asio::use_future);
  network.run();
  EXPECT_EQ(answer.get(), "7");
  EXPECT_NE(worker, std::this_thread::get_id());
}

Task<int> ask_and_throw(WorkPool& pool) {
  auto work = []() -> int { throw std::runtime_error("broken"); };
  co_return co_await on_pool(pool, work);
}

TEST(OnPool, WhatIsThrownThereIsThrownHere) {
  WorkPool pool("test", 1);
  boost::asio::io_context network;
  auto answer = boost::asio::co_spawn(network, ask_and_throw(pool), boost::asio::use_future);
  network.run();
  EXPECT_THROW(answer.get(), std::runtime_error);
}

Task<void> ask_for(WorkPool& pool, std::shared_ptr<std::atomic<int>> count) {
  auto work = [count] { ++*count; };
  co_await on_pool(pool, std::move(work));
}

TEST(OnPool, ATaskTornDownMeanwhileDoesNotHarmTheJob) {
  auto count = std::make_shared<std::atomic<int>>(0);
  WorkPool pool("test", 0);
  {
    boost::asio::io_context network;
    boost::asio::co_spawn(network, ask_for(pool, count), boost::asio::detached);
    network.run_one();
    while (pool.waiting() == 0) network.poll();
    EXPECT_TRUE(pool.run_one());
  }  // the resumption is posted and never run: the context destroys the task
  EXPECT_EQ(*count, 1);
}

TEST(Blocking, IsForbiddenToOneThreadOnly) {
  EXPECT_TRUE(may_block());
  std::thread network([] {
    forbid_blocking();
    EXPECT_FALSE(may_block());
  });
  network.join();
  EXPECT_TRUE(may_block());
}

}  // namespace
}  // namespace kontor::io
