// SPDX-License-Identifier: GPL-3.0-or-later
// A scheduling message told to a person: the subject and the text of the mail that carries it, for
// whose mail program knows no calendars. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "calendar/itip/message.hpp"
#include "server/scheduling/imip/time_words.hpp"

namespace kontor::scheduling {

struct Told {
  std::string subject;  // one line: "Invitation: Budget"
  std::string text;     // lines end with LF; bounded, whatever the message holds
};
Told tell(const calendar::SchedulingMessage& message,
          const calendar::Zones& zones,
          Language language);

// A sentence about files of the event that do not go along; empty: there are none.
std::string words_of_left_out(std::span<const std::string> file_names, Language language);

// Whose message it is: the property of the organizer, or of the attendee who answers. Null: the
// message names nobody.
const calendar::Property* speaker_of(const calendar::SchedulingMessage& message);

}  // namespace kontor::scheduling
