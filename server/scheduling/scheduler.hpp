// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduler: meetings of the people of this organisation (RFC 6638). Whoever changes an object in a
// calendar of his goes through put() and remove(); messages that come go through deliver().
//
// A delegate acts in the owner's name: what others are told, and what is stored, says by SENT-BY
// who did it. Who may change a calendar, but has no schedule-send, cannot do what others would be
// told.
//
// Promise: what others are to be told, and then what the owner changed, is durable first. Up to
// k_told_at_once of them are told before he is answered, so whatever a client reads after its
// answer holds for all; where there are more, he is answered at once, those have
// SCHEDULE-STATUS 1.0 in his object until they are told, one change after the other. A failure at
// one recipient becomes his SCHEDULE-STATUS and stops nobody else. What a crash or the server's end
// leaves untold is told by resume(); then somebody may get the same message a second time, which
// changes no calendar.
//
// All of Environment outlives it. Any thread.
#pragma once
#include <atomic>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/settings.hpp"
#include "base/core/guarded.hpp"
#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "base/log/log.hpp"
#include "calendar/itip/message.hpp"
#include "calendar/zone/zones.hpp"
#include "server/policy/policies.hpp"
#include "server/scheduling/busy_memory.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/scheduling/journal.hpp"
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
  ByMail by_mail = {};         // none: nobody outside can be told (5.3)
  Journal* journal = nullptr;  // none: a crash leaves some untold (tests)
  // Runs a task by itself; none: everybody is told before the answer (tests).
  std::function<void(Task<void> task)> spawn = {};
};

// What stands in the way of a change: the precondition of CalDAV, and a sentence for people.
struct Refusal {
  std::string condition;  // "allowed-attendee-scheduling-object-change"
  std::string sentence;
  // Instead of a condition: the privilege on the owner's outbox that is missing (RFC 6638, 6.2),
  // "schedule-send-invite".
  std::string privilege = {};
};

// Whose calendar it is, and who changes it.
struct Acting {
  std::shared_ptr<const directory::Principal> owner;
  std::shared_ptr<const directory::Principal> writer;  // null: the owner
  bool may_send = true;  // has schedule-send (RFC 6638, 6.2.1) on the owner's outbox

  bool is_delegate() const { return writer && writer->id != owner->id; }
};

// An object that its owner's client puts into a calendar.
struct Change {
  Acting by;
  std::shared_ptr<store::Account> account;  // of the owner
  store::FolderId folder = 0;
  std::string name;
  std::string bytes;  // checked, as the keys say
  store::ObjectKeys keys;
  store::ObjectCondition condition;
  // The schedule tag it must have (RFC 6638, 3.2.10); answers that came since stay.
  std::optional<std::string> schedule_tag;
};

struct Removal {
  Acting by;
  std::shared_ptr<store::Account> account;
  store::FolderId folder = 0;
  std::string name;
  store::ObjectCondition condition;
  std::optional<std::string> schedule_tag;
  bool replies = true;  // tell the organizer that the owner does not come
};

// What became of a change; with `refusal` or `clash` nothing was done.
struct Outcome {
  store::ObjectPut put;
  bool is_altered = false;   // what is stored is not what the client sent
  std::string schedule_tag;  // empty: it is no scheduling object resource
  std::optional<Refusal> refusal;
  std::optional<FoundObject> clash;  // has the same UID in another calendar
};

// Of the whole calendar, and not durable yet.
Untold untold_of(const Acting& by,
                 store::FolderId folder,
                 std::vector<calendar::SchedulingMessage> messages);

struct BusyAnswer {
  std::string recipient;  // as the question has it
  std::string status;     // "2.0;Success"
  std::string calendar;   // VFREEBUSY; empty: nothing is known
};

class Scheduler {
 public:
  explicit Scheduler(Environment environment) : environment_(std::move(environment)) {}

  // conflict: the condition does not hold. Errors of Account::put_object() besides.
  Task<Result<Outcome>> put(Change change);
  // A refusal: nothing was done. not_found: nothing is there; conflict. Errors of
  // Account::remove_object() besides.
  Task<Result<std::optional<Refusal>>> remove(Removal removal);
  // What is to be told when a calendar goes with all that it holds: of at most k_most_farewells
  // meetings that are not over. To be asked before, and told after.
  static constexpr std::size_t k_most_farewells = 500;
  Task<std::vector<calendar::SchedulingMessage>> farewells(Acting by,
                                                           std::shared_ptr<store::Account> account,
                                                           store::FolderId folder);
  // Makes durable what is to be told once the calendar has gone.
  Task<Result<Untold>> keep_farewells(Acting by,
                                      store::FolderId folder,
                                      std::vector<calendar::SchedulingMessage> messages);
  // Nobody is told when it has not gone.
  Task<void> tell_farewells(Acting by,
                            std::shared_ptr<store::Account> account,
                            Untold untold,
                            bool has_gone);

  // Once, when the people are known: what was left untold before the start.
  Task<void> resume();
  // What has not begun is left for the next start.
  void stop() { is_stopping_ = true; }
  static constexpr std::size_t k_told_at_once = 32;

  // A VFREEBUSY REQUEST of `asker` (RFC 6638, 5): when those are busy whom it names. Of a group:
  // when any of its members is.
  Task<std::expected<std::vector<BusyAnswer>, Refusal>> ask_busy(
      std::shared_ptr<const directory::Principal> asker, std::string bytes);

  // Is the object one that its owner invites to, or is invited to?
  Task<bool> is_meeting(std::shared_ptr<const directory::Principal> owner,
                        std::shared_ptr<store::Account> account,
                        FoundObject object);

  // How many people somebody may invite to a meeting: as many as may get a message of his.
  std::size_t most_attendees(const directory::PrincipalId& person) const;

  // The schedule tag of an object (RFC 6638, 3.2.10).
  std::string tag_of(store::Account& account, const FoundObject& found) const;

  // A message for one address of this organisation (calendar_address): applies it to the person's
  // calendars and puts it into his inbox; a room or a piece of equipment answers. Returns the
  // SCHEDULE-STATUS of the addressee: "1.2" delivered, "3.7" nobody here has that address, "3.8"
  // the sender may not say such a thing, "5.1" it failed.
  Task<std::string> deliver(calendar::SchedulingMessage message, std::string to, Origin origin);

  const calendar::Zones& zones() const noexcept { return zones_; }
  BusyMemory& busy_memory() noexcept { return busy_memory_; }

 private:
  friend class Round;
  using Removed = std::optional<Refusal>;
  // nothing: somebody else was faster; once more.
  Task<Result<std::optional<Outcome>>> put_once(const Change& change);
  Task<Result<std::optional<Removed>>> remove_once(const Removal& removal);
  // The codes into the object as it is by then.
  Task<void> write_statuses(store::Account& account,
                            const Untold& untold,
                            std::map<std::string, std::string> statuses);
  // Makes it durable, when there is anything to tell.
  Task<Result<void>> record(Untold& untold);
  Task<void> forget(const Untold& untold);
  // Now, or after what is waiting.
  Task<void> tell(Acting by, std::shared_ptr<store::Account> account, Untold untold);
  Task<void> tell_now(Acting by, std::shared_ptr<store::Account> account, Untold untold);
  bool takes_later(const Untold& untold, bool is_old);
  Task<void> tell_waiting();
  Task<void> tell_old(Untold untold);

  Environment environment_;
  struct Waiting {
    std::deque<Untold> untold;  // the first one is being told
    bool is_running = false;
  };
  Guarded<Waiting> waiting_;
  std::atomic<bool> is_stopping_ = false;
  calendar::Zones zones_;
  BusyMemory busy_memory_;
};

}  // namespace kontor::scheduling
