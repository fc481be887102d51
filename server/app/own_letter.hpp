// SPDX-License-Identifier: GPL-3.0-or-later
// A letter that the server itself writes to one address: the answer of one who is away, an
// invitation.
#pragma once
#include <string>

#include "base/core/result.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

struct OwnLetter {
  std::string sender;  // reverse-path; empty: <>
  std::string recipient;
  queue::Notify notify = queue::k_notify_default;
  std::string bytes;  // the whole message
  UtcSeconds date{};
};

// Durable in the queue when it returns.
Task<Result<void>> enqueue(queue::Queue& queue, OwnLetter letter);

}  // namespace kontor::app
