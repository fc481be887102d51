// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/core/run_all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace kontor {

namespace asio = boost::asio;

Task<void> run_all(std::vector<Task<void>> tasks) {
  if (tasks.empty()) co_return;
  if (tasks.size() == 1) {
    co_await std::move(tasks.front());
    co_return;
  }
  const auto executor = co_await asio::this_coro::executor;
  using Operation = decltype(asio::co_spawn(executor, std::declval<Task<void>>(), asio::deferred));
  std::vector<Operation> operations;
  for (auto& task : tasks)
    operations.push_back(asio::co_spawn(executor, std::move(task), asio::deferred));
  auto group = asio::experimental::make_parallel_group(std::move(operations));
  const auto [order, thrown] =
      co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  for (const auto& one : thrown)
    if (one) std::rethrow_exception(one);
}

}  // namespace kontor
