// SPDX-License-Identifier: GPL-3.0-or-later
// Router: the Transport of the queue's mail. What the mailboxes of this server take goes to one
// transport, all else to another. Any thread.
#pragma once
#include <string>

#include "server/queue/transport.hpp"

namespace kontor::app {

class Router final : public queue::Transport {
 public:
  // `local` names a destination for the addresses that are its own and nothing for the others;
  // `drop` takes destinations "drop:DOMAIN". They outlive the router. Without a transport mail
  // waits.
  Router(queue::Transport* local, queue::Transport* remote, queue::Transport* drop = nullptr)
      : local_(local), remote_(remote), drop_(drop) {}

  std::string destination(std::string_view address) const override;
  queue::DestinationRules rules(std::string_view destination) const override;
  Task<void> deliver(std::string destination, queue::Work& work) override;

 private:
  queue::Transport* local_;
  queue::Transport* remote_;
  queue::Transport* drop_;
};

}  // namespace kontor::app
