// SPDX-License-Identifier: GPL-3.0-or-later
// The footer of a TZif file: what holds after its last transition, as POSIX writes it in TZ
// ("MSK-3", "CET-1CEST,M3.5.0,M10.5.0/3"; RFC 8536, 3.3). Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/zone/zone.hpp"

namespace kontor::calendar {

struct PosixRule {
  struct Change {
    char form = 'M';  // M: month, week, day; J: day 1 to 365 without leap days; N: day 0 to 365
    int month = 1, week = 1, day = 0;
    std::chrono::seconds time = std::chrono::hours(2);
  };
  std::string standard_name;
  std::chrono::seconds standard{};
  std::optional<std::string> daylight_name;
  std::chrono::seconds daylight{};
  Change begin, end;  // of daylight saving time
};

std::optional<PosixRule> read_posix_rule(std::string_view text);
// The transitions of a year in their order; none without daylight saving time.
std::vector<Transition> transitions_of(const PosixRule& rule, std::chrono::year year);

}  // namespace kontor::calendar
