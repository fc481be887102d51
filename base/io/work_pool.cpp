// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/io/work_pool.hpp"

#include <pthread.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace kontor::io {

struct WorkPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> jobs;
  bool ending = false;
  std::vector<std::thread> threads;
};

namespace {
thread_local const WorkPool* t_pool = nullptr;  // the pool whose job this thread runs
}

WorkPool::WorkPool(const char* name, std::uint32_t threads) : state_(std::make_unique<State>()) {
  for (std::uint32_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([this] {
      std::unique_lock lock(state_->mutex);
      while (true) {
        state_->wake.wait(lock, [this] { return state_->ending || !state_->jobs.empty(); });
        if (state_->jobs.empty()) return;
        lock.unlock();
        run_one();
        lock.lock();
      }
    });
    ::pthread_setname_np(state_->threads.back().native_handle(), name);
  }
}

WorkPool::~WorkPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->wake.notify_all();
  for (auto& thread : state_->threads) thread.join();
  while (run_one()) {
  }
}

void WorkPool::post(Job job) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->jobs.push_back(std::move(job));
  }
  state_->wake.notify_one();
}

bool WorkPool::run_one() {
  Job job;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->jobs.empty()) return false;
    job = std::move(state_->jobs.front());
    state_->jobs.pop_front();
  }
  const WorkPool* before = std::exchange(t_pool, this);
  job();
  job = nullptr;  // what it owns is let go while still on the pool
  t_pool = before;
  return true;
}

std::size_t WorkPool::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->jobs.size();
}

bool WorkPool::by_hand() const noexcept { return state_->threads.empty(); }

bool WorkPool::on_pool() const noexcept { return t_pool == this; }

Task<void> run_on(WorkPool& pool, WorkPool::Job job) {
  namespace asio = boost::asio;
  auto start = [&pool](auto handler, WorkPool::Job work) {
    auto executor = asio::get_associated_executor(handler);
    auto guard = asio::make_work_guard(executor);
    pool.post(
        [work = std::move(work), handler = std::move(handler), guard = std::move(guard)]() mutable {
          work();
          work = nullptr;
          asio::post(guard.get_executor(), std::move(handler));
          guard.reset();
        });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(start, asio::use_awaitable,
                                                                     std::move(job));
}

}  // namespace kontor::io
