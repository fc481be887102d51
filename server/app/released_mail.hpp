// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that leaves quarantine for its recipients: into mailboxes here at once, to others by the
// queue.
#pragma once
#include "server/delivery/delivery.hpp"
#include "server/quarantine/keeper.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

// Both outlive what is made. A copy that an earlier try stored is not stored again, nor what is in
// the queue put there twice; who it went out to before a crash may get it once more, as SMTP itself
// may send twice (RFC 5321, 4.5.4.1).
quarantine::Deliver make_release(delivery::Delivery& delivery, queue::Queue& queue);

}  // namespace kontor::app
