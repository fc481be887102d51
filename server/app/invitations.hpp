// SPDX-License-Identifier: GPL-3.0-or-later
// Invitations: meetings with people outside of the organisation, by mail (iMIP, RFC 6047).
//
// Out: a scheduling message becomes a mail in the queue, written in the name of who organizes or
// answers, so that what cannot be delivered comes back to him. In: what a mail that came into a
// mailbox says of meetings is applied to its owner's calendars. The mail itself stays where it is
// whatever becomes of that, and a crash in between leaves the mail alone. The same message a second
// time within a day (a sender that did not hear our answer) is not followed again. People of the
// organisation are told by scheduling::Scheduler, so mail in their name changes nothing. Any
// thread.
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "base/net/task_group.hpp"
#include "calendar/zone/zones.hpp"
#include "server/delivery/delivery.hpp"
#include "server/delivery/remembered.hpp"
#include "server/policy/policies.hpp"
#include "server/queue/queue.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::app {

class Invitations {
 public:
  // A larger mail is not read for invitations.
  static constexpr std::size_t k_largest_mail = 32U << 20U;

  struct Environment {
    const config::Settings& settings;
    const directory::Directory& directory;
    const policy::Policies& policies;
    delivery::Delivery& delivery;
    store::AccountStore& store;
    queue::Queue& queue;
    io::WorkPool& workers;
    net::TaskGroup& tasks;
    boost::asio::any_io_executor executor;
    const Clock& clock;
    log::Context log;
  };
  explicit Invitations(Environment environment) : environment_(std::move(environment)) {}

  // scheduling::ByMail: "1.1" the mail is in the queue, "3.7" no mail goes to such an address,
  // "3.8" policy lets the writer send nothing there, "5.1" it failed.
  Task<std::string> send(calendar::SchedulingMessage message, std::string to);

  // Of delivery::DeliveryEnvironment::stored: applies what the mail says, in a task of its own.
  // `scheduler` outlives the task.
  void consider(scheduling::Scheduler& scheduler, delivery::StoredCopy copy);
  void stop() { is_stopping_ = true; }  // nothing new

 private:
  Task<Result<std::string>> add_mail(calendar::SchedulingMessage message, std::string to);
  Task<void> take(scheduling::Scheduler& scheduler, delivery::StoredCopy copy);
  // The SCHEDULE-STATUS; an error says why nothing was applied.
  Task<Result<std::string>> apply(scheduling::Scheduler& scheduler,
                                  const delivery::StoredCopy& copy);

  Environment environment_;
  calendar::Zones zones_;
  delivery::Remembered taken_;  // digests of whose mailbox and which message
  std::atomic<bool> is_stopping_ = false;
};

}  // namespace kontor::app
