// SPDX-License-Identifier: GPL-3.0-or-later
// WorkPool: threads for work that blocks (disk, DNS, Kerberos), and the hop of a coroutine onto
// them.
//
// Jobs start in the order posted. Destroying the pool runs what was posted and joins its threads.
// With no threads a pool is driven by hand (run_one), which makes tests deterministic.
#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/core/task.hpp"

namespace kontor::io {

class WorkPool {
 public:
  using Job = std::move_only_function<void()>;  // must not throw

  // `name` shows in the process list (15 characters).
  WorkPool(const char* name, std::uint32_t threads);
  virtual ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  void post(Job job);           // any thread
  bool run_one();               // runs the oldest job here; false: there is none
  std::size_t waiting() const;  // jobs not yet started
  bool on_pool() const noexcept;
  bool by_hand() const noexcept;  // it has no threads

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The pool that reads files and runs other short blocking work.
class DiskPool : public WorkPool {
 public:
  explicit DiskPool(std::uint32_t threads) : WorkPool("kontor-disk", threads) {}
};

// Runs `job` on the pool; the task goes on, on its own executor, when the job has ended. The pool
// must outlive the job. The job is run even when the awaiting task is torn down meanwhile.
Task<void> run_on(WorkPool& pool, WorkPool::Job job);

// `co_await on_pool(pool, work)`: the value of `work()`, run on the pool; what it throws is thrown
// here. `work` is a named, move-only callable that owns what it uses.
template <class Work, class T = std::invoke_result_t<Work&>>
Task<T> on_pool(WorkPool& pool, Work work) {
  struct Shared {  // outlives whichever of the two sides is torn down first
    explicit Shared(Work&& w) : work(std::move(w)) {}
    Work work;
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> value;
    std::exception_ptr thrown;
  };
  auto shared = std::make_shared<Shared>(std::move(work));
  WorkPool::Job job = [shared]() noexcept {
    try {
      if constexpr (std::is_void_v<T>)
        shared->work();
      else
        shared->value.emplace(shared->work());
    } catch (...) {
      shared->thrown = std::current_exception();
    }
  };
  co_await run_on(pool, std::move(job));
  if (shared->thrown) std::rethrow_exception(shared->thrown);
  if constexpr (!std::is_void_v<T>) co_return *std::move(shared->value);
}

}  // namespace kontor::io
