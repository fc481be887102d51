// SPDX-License-Identifier: GPL-3.0-or-later
// From callbacks to tasks: a task sleeps until a function it started calls back, from any thread,
// and goes on on its own executor.
#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "base/core/task.hpp"

namespace kontor::store {

template <class T>
using Callback = std::move_only_function<void(T)>;

// `start` gets the callback, which must be called exactly once (or be destroyed when the executor
// is torn down). T needs a move only.
template <class T>
Task<T> call_back(std::move_only_function<void(Callback<T>)> start) {
  namespace asio = boost::asio;
  auto begin = [start = std::move(start)](auto handler) mutable {
    auto executor = asio::get_associated_executor(handler);
    start([handler = std::move(handler), executor,
           work = asio::make_work_guard(executor)](T value) mutable {
      asio::post(executor, [handler = std::move(handler), value = std::move(value)]() mutable {
        std::move(handler)(std::move(value));
      });
      work.reset();
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
      std::move(begin), asio::use_awaitable);
}

}  // namespace kontor::store
