// SPDX-License-Identifier: GPL-3.0-or-later
// What others see of an object, and many objects as one file. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/object.hpp"

namespace kontor::calendar {

// CLASS is PRIVATE or CONFIDENTIAL in any of its components (RFC 5545, 3.8.1.3): delegates and
// readers see busy_view() of it.
bool is_private(const CalendarObject& object);

// When, and nothing else: UID, times, rules, TRANSP, STATUS and the zones; `summary` for SUMMARY.
// It is a calendar object resource of its own.
Component busy_view(const CalendarObject& object, std::string_view summary);

// Objects gathered into one calendar, for a published file: each zone once, by the first that
// brings it.
class CalendarFile {
 public:
  explicit CalendarFile(std::string_view name);  // X-WR-CALNAME; may be empty
  void add(const Component& calendar);
  std::string write() const;

 private:
  Component zones_;
  Component parts_;
  std::string name_;
};

}  // namespace kontor::calendar
