// SPDX-License-Identifier: GPL-3.0-or-later
// TaskGroup: the tasks that somebody is responsible for: they can be cancelled and waited for.
//
// A task that ends by an exception is reported as the event server.connection.failed and the
// others go on. Any thread. The group must not be destroyed before wait_empty() gave true.
#pragma once
#include <memory>

#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "base/net/stream.hpp"

namespace kontor::net {

class TaskGroup {
 public:
  explicit TaskGroup(log::Context log);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Runs the task on `strand`.
  void spawn(const boost::asio::any_io_executor& strand, Task<void> task);
  // What each task waits for now ends by Asio's cancellation: a wait of this folder throws. Tasks
  // that should say goodbye need a Signal of their own before.
  void cancel();
  std::size_t size() const;
  // True when no task is left; false when the limit ran out first. One waiter at a time.
  Task<bool> wait_empty(Limit limit);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with completions on their way
};

}  // namespace kontor::net
