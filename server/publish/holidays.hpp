// SPDX-License-Identifier: GPL-3.0-or-later
// Calendars that everybody sees and nobody changes: holidays and other days of the organisation, as
// a file says. They are public folders whose list gives everybody reading, so that programs find
// them in each home and are told of changes, and backups have them.
#pragma once
#include <string>
#include <vector>

#include "base/core/task.hpp"
#include "base/core/time.hpp"
#include "store/mailbox/account.hpp"

namespace kontor::publish {

struct Holidays {
  std::string calendar;  // name of its folder: "calendar:holidays"
  std::string title;     // as people see it
  UtcSeconds changed{};  // when a file was taken last
  std::size_t events = 0;
};

struct HolidaysTaken {
  Holidays holidays;
  std::size_t added = 0, replaced = 0, removed = 0;
};

// Makes the calendar `name` ("holidays") of `account`, which holds the public folders, what the
// file says: events are added, replaced and removed; what is the same stays untouched. `title` may
// be empty: the file's. bad_input says in a sentence what is wrong with the file or the name, and
// nothing was changed. exists: a calendar of that name was not made from a file. After another
// failure a part may be done; the same file again does the rest.
Task<Result<HolidaysTaken>> take_holidays(
    store::Account& account, std::string name, std::string title, std::string file, UtcSeconds now);
std::vector<Holidays> holidays_of(const store::AccountView& view);
// Deletes the calendar; it can be brought back as any folder. not_found: none of that name was made
// from a file.
Task<Result<Holidays>> remove_holidays(store::Account& account, std::string name);

}  // namespace kontor::publish
