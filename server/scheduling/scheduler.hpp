// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: meetings of the people of this organisation (RFC 6638). Whoever changes an object in a
// calendar of his goes through put() and remove(); messages that come go through deliver().
//
// Promise: what the owner changed is durable first, then everybody is told, and only then is he
// answered; so whatever a client reads after its answer holds for all. A failure at one recipient
// becomes his SCHEDULE-STATUS and stops nobody else. After a crash in between, those who were not
// told yet have SCHEDULE-STATUS 1.0 in the owner's object, and are told by his next change of it; a
// cancellation by deletion that a crash cut short is not taken up again.
//
// All of Environment outlives it. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/config/settings.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "calendar/itip/message.hpp"
#include "calendar/zone/zones.hpp"
#include "server/policy/policies.hpp"
#include "store/mailbox/account_store.hpp"

namespace kontor::scheduling {

// How a message came, and so whom to believe.
enum class Origin : unsigned char {
  inside,  // made here, for somebody who signed in: its `from` is certain
  mail,  // by mail; whoever hands it over has judged the sender. It never goes on to others outside
};

// Sends a message to one address outside; the answer is its SCHEDULE-STATUS (RFC 6638, 3.2.9):
// "1.1" sent, "5.1" it could not be.
using ByMail =
    std::function<Task<std::string>(calendar::SchedulingMessage message, std::string to)>;

struct Environment {
  const config::Settings& settings;
  const directory::Directory& directory;
  store::AccountStore& store;
  const policy::Policies& policies;
  const Clock& clock;
  log::Context log;
  // Makes the collections that everybody has.
  std::function<Task<Result<void>>(store::Account& account)> prepare;
  // The annotation of a folder that keeps the schedule tag of an object; it goes with the object.
  std::function<std::string(std::string_view object)> tag_entry;
  ByMail by_mail = {};  // none: nobody outside can be told (5.3)
};

class Scheduler {
 public:
  explicit Scheduler(Environment environment) : environment_(std::move(environment)) {}

  // A message for one address of this organisation (calendar_address): applies it to the person's
  // calendars and puts it into his inbox; a room or a piece of equipment answers. Returns the
  // SCHEDULE-STATUS of the addressee: "1.2" delivered, "3.7" nobody here has that address, "3.8"
  // the sender may not say such a thing, "5.1" it failed.
  Task<std::string> deliver(calendar::SchedulingMessage message, std::string to, Origin origin);

  const calendar::Zones& zones() const noexcept { return zones_; }

 private:
  friend class Round;
  Environment environment_;
  calendar::Zones zones_;
};

}  // namespace kontor::scheduling
