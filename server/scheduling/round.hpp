// SPDX-License-Identifier: GPL-3.0-or-later
// Round: everything that one change or one message sets going, until nobody has anything more to
// say. Lives within a call of the Scheduler, whose task alone calls it.
#pragma once
#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/core/guarded.hpp"
#include "calendar/itip/apply.hpp"
#include "server/scheduling/addressee.hpp"
#include "server/scheduling/calendars.hpp"
#include "server/scheduling/scheduler.hpp"

namespace kontor::scheduling {

using PrincipalPtr = std::shared_ptr<const directory::Principal>;

// A message as it is applied, read once for all who get it.
struct Letter {
  calendar::SchedulingMessage message;
  std::string bytes;  // of the message
  std::shared_ptr<const calendar::CalendarObject> object;
  // An object that was stored because of it: many get the same bytes.
  struct Checked {
    std::string bytes;
    store::ObjectKeys keys;
  };
  std::shared_ptr<Guarded<std::optional<Checked>>> stored =
      std::make_shared<Guarded<std::optional<Checked>>>();
  Origin origin = Origin::inside;
  // Keeps copies as the organizer has them: changes what is there and tells nobody.
  bool is_silent = false;
};

class Round {
 public:
  explicit Round(Scheduler& scheduler);

  // To one address; the SCHEDULE-STATUS. The letter outlives the task.
  Task<std::string> tell(const Letter& letter, std::string to);
  // To all whom they are for; the codes by address. Whose messages they are, and who sends them,
  // say whom they may go to.
  Task<std::map<std::string, std::string>> tell_all(
      Acting by, std::vector<calendar::SchedulingMessage> messages);
  // What was set going by that: answers of rooms, others' copies.
  Task<void> finish();

  // nothing: the message is none that can be read.
  static std::optional<Letter> letter_of(calendar::SchedulingMessage message, Origin origin);

 private:
  struct Reader {
    std::shared_ptr<store::Account> account;
    PrincipalPtr person;
    std::vector<std::string> self;
  };
  // Somebody who is to be told.
  struct Telling {
    const Letter* letter = nullptr;
    std::string to;
    PrincipalPtr person;  // null: whoever has the address
    std::string status;
  };
  struct Meeting {
    PrincipalPtr organizer;
    std::string uid;
    auto operator<=>(const Meeting&) const = default;
  };

  // Some at a time; an exception is one telling's failure.
  Task<void> tell_each(std::vector<Telling>& all);
  Task<void> tell_next(std::vector<Telling>& all, std::atomic<std::size_t>& next);
  Task<std::string> tell_here(const Letter& letter, PrincipalPtr person);
  // conflict, exists: somebody else was faster; once more.
  Task<Result<calendar::Applied>> apply(const Letter& letter, const Reader& reader);
  // A room's: decides, stores or removes, and answers.
  Task<Result<void>> book(const Letter& letter,
                          const Reader& room,
                          std::optional<FoundObject> found,
                          calendar::Component calendar);
  Task<Result<store::ObjectPut>> store_object(const Letter& letter,
                                              const Reader& reader,
                                              std::optional<FoundObject> found,
                                              calendar::Component calendar,
                                              bool keeps_tag);
  Task<void> refresh(Meeting meeting, std::set<std::string> replied);
  // As what it says may be stored.
  Result<store::ObjectKeys> check(const Letter& letter, const std::string& bytes) const;
  Task<Result<Reader>> open(PrincipalPtr person);
  Task<Result<std::optional<calendar::CalendarObject>>> read(store::Account& account,
                                                             std::optional<FoundObject> found);
  void log_failure(const Reader& reader, const Error& error) const;

  Scheduler& scheduler_;
  const Environment& environment_;
  std::shared_ptr<const directory::DirectoryCopy> copy_;
  UtcSeconds now_;
  // What telling sets going; several are told at once.
  struct Consequences {
    std::vector<calendar::SchedulingMessage> answers;
    std::map<Meeting, std::set<std::string>> changed;  // by whose answers
  };
  Guarded<Consequences> consequences_;
};

}  // namespace kontor::scheduling
