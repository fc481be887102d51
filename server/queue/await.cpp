// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/queue/await.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

namespace kontor::queue {
namespace asio = boost::asio;
namespace {

using Wake = std::move_only_function<void()>;

Task<void> sleep_until_called(std::move_only_function<void(Wake)> start) {
  auto begin = [start = std::move(start)](auto handler) mutable {
    auto executor = asio::get_associated_executor(handler);
    start(
        [handler = std::move(handler), executor, work = asio::make_work_guard(executor)]() mutable {
          asio::post(executor, [handler = std::move(handler)]() mutable { std::move(handler)(); });
          work.reset();
        });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(begin),
                                                                       asio::use_awaitable);
}

}  // namespace

Task<Result<void>> until_done(std::move_only_function<void(Done)> start) {
  auto outcome = std::make_shared<std::optional<Result<void>>>();  // outlives either side
  std::move_only_function<void(Wake)> begin = [outcome,
                                               start = std::move(start)](Wake wake) mutable {
    start([outcome, wake = std::move(wake)](const Result<void>& result) mutable {
      outcome->emplace(result);
      wake();
    });
  };
  co_await sleep_until_called(std::move(begin));
  co_return **std::move(outcome);
}

}  // namespace kontor::queue
