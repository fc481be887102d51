// SPDX-License-Identifier: GPL-3.0-or-later
// ScriptOutbox: what the scripts of people send, as messages of the queue.
//
// A message that is sent on keeps its reverse-path, so that its own sender hears when it cannot be
// delivered (RFC 5228, 4.2), and bears the address it was sent on from in a Delivered-To field, by
// which a circle is found. Any thread.
#pragma once
#include <atomic>
#include <string>

#include "server/delivery/delivery.hpp"
#include "server/policy/policies.hpp"
#include "server/queue/queue.hpp"

namespace kontor::app {

class ScriptOutbox final : public delivery::Outbox {
 public:
  // All of it outlives this.
  ScriptOutbox(queue::Queue& queue, const policy::Policies& policies, const Clock& clock)
      : queue_(queue), policies_(policies), clock_(clock) {}
  // Who belongs to the organisation; needed before mail comes.
  void set_delivery(const delivery::Delivery& delivery) { delivery_ = &delivery; }

  Task<Result<void>> redirect(delivery::Redirected redirected) override;
  Task<Result<void>> send(delivery::Letter letter) override;
  Task<Result<void>> refuse(delivery::Refused refused) override;

 private:
  queue::Queue& queue_;
  const policy::Policies& policies_;
  const Clock& clock_;
  std::atomic<const delivery::Delivery*> delivery_ = nullptr;
};

}  // namespace kontor::app
