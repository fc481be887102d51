// SPDX-License-Identifier: GPL-3.0-or-later
// Scheduling messages (iTIP, RFC 5546): a calendar with METHOD from one address to another. Pure.
//
// How they travel (into another calendar here, by mail as RFC 6047 says) is the caller's matter;
// before mail, add_missing_zones() of calendar/zone completes what a client left out.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/ical/object.hpp"

namespace kontor::calendar {

enum class Method : unsigned char {
  publish,
  request,
  reply,
  add,
  cancel,
  refresh,
  counter,
  decline_counter
};

std::string_view name_of(Method method) noexcept;  // "REQUEST"
std::optional<Method> method_of(std::string_view name) noexcept;

struct SchedulingMessage {
  Method method = Method::request;
  std::string from;             // calendar_address()
  std::vector<std::string> to;  // each gets it on its own
  Component calendar;           // VCALENDAR with METHOD, without alarms and SCHEDULE- parameters
};

// A message as it came, to be applied (calendar/itip/apply.hpp).
Checked<CalendarObject> read_message(std::string_view bytes, ObjectLimits limits = {});

}  // namespace kontor::calendar
