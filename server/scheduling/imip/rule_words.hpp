// SPDX-License-Identifier: GPL-3.0-or-later
// A recurrence rule (RFC 5545, 3.3.10) in the words of a language. Pure.
#pragma once
#include <string>
#include <string_view>

#include "server/scheduling/imip/time_words.hpp"

namespace kontor::scheduling {

// "every 2 weeks on Monday and Friday, 10 times". A rule for which there are no words is given as
// it is written. `start`: DTSTART, whose clock and day a rule goes by.
std::string rule_words(std::string_view rrule,
                       const calendar::DateTime& start,
                       calendar::ObjectZones& zones,
                       Language language);

}  // namespace kontor::scheduling
