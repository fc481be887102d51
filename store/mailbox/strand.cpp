// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/mailbox/strand.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kontor::store {
namespace asio = boost::asio;

struct Strand::State {
  asio::strand<asio::any_io_executor> strand;
};

Strand::Strand(asio::any_io_executor executor)
    : state_(std::make_shared<State>(asio::make_strand(std::move(executor)))) {}

void Strand::post(std::move_only_function<void()> job) const {
  asio::post(state_->strand, std::move(job));
}

Task<void> sleep_until_called(
    std::move_only_function<void(std::move_only_function<void()>)> start) {
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

}  // namespace kontor::store
