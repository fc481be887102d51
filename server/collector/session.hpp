// SPDX-License-Identifier: GPL-3.0-or-later
// One session with a source: what is there, what is new, each message fetched and delivered, and
// then, when it is to be moved, deleted there.
//
// A message is noted as taken after it is durable here, and deleted there after that; a session
// may end at any point, also with the machine, and the next one goes on. What cannot be taken
// (too large, a full mailbox, a message that its server does not give) waits by itself with growing
// pauses and holds up no other one.
#pragma once
#include <atomic>
#include <functional>

#include "base/log/log.hpp"
#include "server/collector/box.hpp"
#include "server/collector/intake.hpp"

namespace kontor::collector {

struct Report {
  std::uint64_t taken = 0, bytes = 0;
  std::uint64_t deleted = 0;    // there
  std::uint64_t waiting = 0;    // could not be taken
  std::uint64_t loops = 0;      // stay there
  std::uint64_t refused = 0;    // with a virus: the same
  std::uint64_t remaining = 0;  // beyond the limit of a session
};

// Everything outlives the session.
struct SessionEnvironment {
  IntakeEnvironment intake;
  Dial dial;
  log::Context log;
  // Durable when it returns.
  std::function<Task<Result<void>>(const State& state)> save;
  const std::atomic<bool>& is_stopping;
  bool is_wanted = false;  // by a person: what waits is tried again now
};

// `report` says what was done, also when the session fails. Its waits for the network can be
// cancelled (base/net/task_group.hpp); what is being stored is not.
Task<Result<void>> run_session(const Source& source,
                               State& state,
                               const SessionEnvironment& environment,
                               Report& report);

// What a session would fetch now.
struct Preview {
  std::uint64_t messages = 0, bytes = 0;  // all that are there and were not taken
  std::uint64_t waiting = 0;
  std::string peer;
};
Task<Result<Preview>> look(const Source& source, const State& state, const Dial& dial);

}  // namespace kontor::collector
