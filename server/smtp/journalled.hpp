// SPDX-License-Identifier: GPL-3.0-or-later
// Copies of a message for archives (server/delivery/journal.hpp), into the queue.
#pragma once
#include "base/core/task.hpp"
#include "base/io/work_pool.hpp"
#include "base/log/log.hpp"
#include "server/delivery/journal.hpp"
#include "server/queue/queue.hpp"

namespace kontor::smtp {

// Everything outlives it.
struct Journalling {
  const delivery::Journal& journal;
  const directory::Directory& directory;
  queue::Queue& queue;
  io::WorkPool& workers;
  const Clock& clock;
  log::Context log;
  message_trace::Sink* trace = nullptr;
};

struct Journalled {
  delivery::JournalMessage message;  // without its bytes and time
  std::string bytes;
  std::uint8_t body = 0;  // as queue::Body
  bool is_utf8 = false;
};

// Durable when it returns. An error: not every copy is in the queue; trying again may double one.
Task<Result<void>> keep_copies(const Journalling& parts, Journalled mail);

}  // namespace kontor::smtp
