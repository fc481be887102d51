// SPDX-License-Identifier: GPL-3.0-or-later
// A whole calendar as one iCalendar object, for who subscribes to it (RFC 5545, 3.4). Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "calendar/text/component.hpp"

namespace kontor::calendar {

// Gathers the objects of one calendar. What is private is shown as busy (private_view()); alarms,
// and attachments that a server keeps for who signs in (MANAGED-ID), are left out. Each zone stands
// there once; where two objects mean different rules by one TZID the second is called otherwise.
// One thread.
class PublishedCalendar {
 public:
  explicit PublishedCalendar(std::string_view name);
  // Bytes that cannot be read are passed over.
  void add(std::string_view object);
  std::string text() const;

 private:
  void add_calendar(Component calendar);
  // The name by which the zone is among zones_.
  std::string zone_name(Component zone);

  std::string name_;
  std::map<std::string, Component, std::less<>> zones_;  // by TZID
  std::string entries_;
};

}  // namespace kontor::calendar
