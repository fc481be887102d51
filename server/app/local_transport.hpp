// SPDX-License-Identifier: GPL-3.0-or-later
// LocalTransport: mail that leaves the queue for mailboxes of this server (notices to senders, and
// messages for so many mailboxes that SMTP did not wait for them).
//
// Who an address stands for is asked again at each try. A mailbox that is full or cannot be reached
// is tried again; a person who is gone or disabled meanwhile is a failure, of which the sender is
// told. A copy that an earlier try stored, before a crash too, is not stored again
// (delivery::Envelope::may_be_there). Threads: as queue::Transport.
#pragma once
#include "server/delivery/delivery.hpp"
#include "server/queue/transport.hpp"

namespace kontor::app {

class LocalTransport final : public queue::Transport {
 public:
  static constexpr std::string_view k_destination = "local";

  // `delivery` outlives it.
  explicit LocalTransport(delivery::Delivery& delivery) : delivery_(delivery) {}

  // "local" for an address that has mailboxes here; empty: the address is elsewhere.
  std::string destination(std::string_view address) const override;
  Task<void> deliver(std::string destination, queue::Work& work) override;

 private:
  Task<std::vector<queue::Outcome>> deliver_piece(queue::Work& work, queue::Piece piece);

  delivery::Delivery& delivery_;
};

}  // namespace kontor::app
