// SPDX-License-Identifier: GPL-3.0-or-later
// Strand: functions posted to it run one after the other, in order, on the threads of an executor.
// call_back(): a task sleeps until a function it started calls back, from any thread, and goes on
// on its own executor. Both keep Asio out of the headers.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "base/core/task.hpp"

namespace kontor::store {

class Strand {
 public:
  explicit Strand(boost::asio::any_io_executor executor);
  void post(std::move_only_function<void()> job) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what is posted
};

template <class T>
using Callback = std::move_only_function<void(T)>;

// `start` gets a function to be called exactly once (or destroyed when the executor is torn down).
Task<void> sleep_until_called(std::move_only_function<void(std::move_only_function<void()>)> start);

// The same with a value. T needs a move only.
template <class T>
Task<T> call_back(std::move_only_function<void(Callback<T>)> start) {
  auto value = std::make_shared<std::optional<T>>();  // outlives whichever side ends first
  std::move_only_function<void(std::move_only_function<void()>)> begin =
      [value, start = std::move(start)](std::move_only_function<void()> wake) mutable {
        start([value, wake = std::move(wake)](T given) mutable {
          value->emplace(std::move(given));
          wake();
        });
      };
  co_await sleep_until_called(std::move(begin));
  co_return *std::move(*value);
}

}  // namespace kontor::store
