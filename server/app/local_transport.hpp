// SPDX-License-Identifier: GPL-3.0-or-later
// LocalTransport: mail that leaves the queue for mailboxes of this server (notices to senders, and
// messages for so many mailboxes that SMTP did not wait for them).
//
// Who an address stands for is asked again at each try. A mailbox that is full or cannot be reached
// is tried again; a person who is gone or disabled meanwhile is a failure, of which the sender is
// told. A copy that an earlier try stored, before a crash too, is not stored again
// (delivery::Envelope::may_be_there). What the address stands for elsewhere goes back into the
// queue as a message of its own: notices to people whose mail is forwarded. Of other mail Routing
// has done that before. Threads: as queue::Transport.
#pragma once
#include <optional>

#include "server/delivery/delivery.hpp"
#include "server/queue/queue.hpp"
#include "server/queue/transport.hpp"

namespace kontor::app {

class LocalTransport final : public queue::Transport {
 public:
  static constexpr std::string_view k_destination = "local";

  // Both outlive it. Without a queue nothing is forwarded.
  explicit LocalTransport(delivery::Delivery& delivery, queue::Queue* queue = nullptr)
      : delivery_(delivery), queue_(queue) {}

  // "local" for an address that has mailboxes here; empty: the address is elsewhere.
  std::string destination(std::string_view address) const override;
  Task<void> deliver(std::string destination, queue::Work& work) override;

 private:
  Task<std::vector<queue::Outcome>> deliver_piece(queue::Work& work, queue::Piece piece);

  Task<std::optional<queue::Outcome>> hold(const queue::Piece& piece,
                                           const delivery::Principals& groups,
                                           const std::string& bytes);
  Task<queue::Outcome> forward(const queue::Piece& piece,
                               std::string from,
                               std::vector<std::string> to,
                               std::string_view bytes);

  delivery::Delivery& delivery_;
  queue::Queue* queue_;
};

}  // namespace kontor::app
