// SPDX-License-Identifier: GPL-3.0-or-later
// AgentLink: keeps a kontor-directory running and carries messages to and from it.
//
// One thread of its own starts the process, reads and writes the socket, pings, and starts it again
// when it dies, hangs or speaks nonsense. A Slot waits for the answers to one id; when the process
// goes, every slot of it is answered `unavailable`. Any thread.
#pragma once
#include <memory>
#include <optional>

#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/log/log.hpp"
#include "base/net/signal.hpp"
#include "directory/cache/directory_service.hpp"
#include "directory/cache/message.hpp"

namespace kontor::directory {

// Where the answers to one id arrive; awaited by one task at a time.
struct Slot {
  std::uint64_t id = 0;
  net::Signal arrived;
  Guarded<std::optional<Result<Message>>> answer;
};

class AgentLink {
 public:
  // Called from the link's thread, shortly, and not after stop().
  struct Listener {
    std::function<void(std::uint64_t generation)> copy_changed;
    std::function<void(CopyDelta)> delta;
    std::function<void(SourceReport)> reported;
    std::function<void(Ready)> ready;
    std::function<void()> gone;
  };
  // Blocking, shortly: the first process is started by the thread.
  AgentLink(Configure configure, ServiceOptions options, log::Context log, Listener listener);
  ~AgentLink();
  // Ends the process; open slots are answered `cancelled`, new ones refused. Once; blocking,
  // shortly.
  void stop();

  // A new id and its slot, and the first message with it; unavailable: no process, or it does not
  // read.
  Result<std::shared_ptr<Slot>> open(std::function<Message(std::uint64_t id)> first);
  // One more message for an open slot; unavailable when its process has gone.
  Result<void> send(const Slot& slot, const Message& message);
  // Nobody waits any more. `last` tells the process, if it is still the one.
  void close(const Slot& slot, const std::optional<Message>& last);
  int pid() const;                 // 0: none
  std::uint64_t restarts() const;  // processes started after the first

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The next answer of a slot; unavailable after `limit`. Throws only Asio's cancellation.
Task<Result<Message>> next_answer(std::shared_ptr<Slot> slot, net::Limit limit);

}  // namespace kontor::directory
