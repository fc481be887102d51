// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <unordered_map>
#include <vector>

#include "base/core/guarded.hpp"
#include "base/log/events/server.hpp"
#include "base/net/signal.hpp"
#include "base/net/waiter.hpp"

namespace kontor::net {

namespace asio = boost::asio;

namespace {

struct Running {
  asio::any_io_executor strand;
  asio::cancellation_signal cancel;  // emitted on the strand only
};
using Tasks = std::unordered_map<std::uint64_t, std::shared_ptr<Running>>;

struct Table {
  std::uint64_t next = 0;
  Tasks tasks;
};

}  // namespace

struct TaskGroup::State {
  explicit State(log::Context context) : log(std::move(context)) {}
  log::Context log;
  Guarded<Table> table;
  Signal ended;

  void end(std::uint64_t id, const std::exception_ptr& error) {
    report(error);
    table.with([&](Table& now) { now.tasks.erase(id); });
    ended.raise();
  }

  void report(const std::exception_ptr& error) const {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const boost::system::system_error& failed) {
      if (failed.code() == asio::error::operation_aborted) return;  // cancelled
      log.emit(log::events::k_connection_failed, {{log::Keys::detail, failed.what()}});
    } catch (const std::exception& failed) {
      log.emit(log::events::k_connection_failed, {{log::Keys::detail, failed.what()}});
    }
  }
};

TaskGroup::TaskGroup(log::Context log) : state_(std::make_shared<State>(std::move(log))) {}
TaskGroup::~TaskGroup() = default;

void TaskGroup::spawn(const asio::any_io_executor& strand, Task<void> task) {
  auto running = std::make_shared<Running>(strand);
  const auto id = state_->table.with([&](Table& now) {
    now.tasks.emplace(now.next, running);
    return now.next++;
  });
  asio::co_spawn(
      strand, std::move(task),
      asio::bind_cancellation_slot(
          running->cancel.slot(),
          [state = state_, running, id](std::exception_ptr error) { state->end(id, error); }));
}

void TaskGroup::cancel() {
  const auto all = state_->table.with([](const Table& now) {
    std::vector<std::shared_ptr<Running>> running;
    for (const auto& [id, one] : now.tasks) running.push_back(one);
    return running;
  });
  for (const auto& one : all)
    asio::post(one->strand, [one] { one->cancel.emit(asio::cancellation_type::terminal); });
}

std::size_t TaskGroup::size() const {
  return state_->table.with([](const Table& now) { return now.tasks.size(); });
}

Task<bool> TaskGroup::wait_empty(Limit limit) {
  const auto state = state_;
  const auto deadline = deadline_after(limit);
  while (size() > 0) {
    const Wake wake = co_await state->ended.wait(left_until(deadline));
    if (wake == Wake::timed_out && size() > 0) co_return false;
  }
  co_return true;
}

}  // namespace kontor::net
