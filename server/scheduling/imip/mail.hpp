// SPDX-License-Identifier: GPL-3.0-or-later
// A scheduling message as mail (iMIP, RFC 6047): one whole message for one address. Pure but for
// Zones, which reads the machine's time zones, and random ids.
//
// multipart/mixed of what a mail program shows (multipart/alternative of the words and of
// text/calendar with its method, which Outlook, Gmail and Thunderbird act on) and of the same
// calendar as a file, application/ics, for all others. Files of the event are parts beside it,
// which its ATTACH properties name by their Content-ID.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/core/time.hpp"
#include "calendar/itip/message.hpp"
#include "calendar/zone/zones.hpp"

namespace kontor::scheduling {

// Above this the file is left out: the same bytes stand in the text/calendar part.
inline constexpr std::size_t k_largest_file = 1U << 20U;

// A file that goes along with a message.
struct Enclosure {
  std::string content_id;  // without brackets; an ATTACH says "CID:" and this
  std::string type;        // "application/pdf", without parameters
  std::string file_name;
  std::string bytes;
};

struct ScheduledLetter {
  const calendar::SchedulingMessage& message;
  std::string_view from;       // the address of who writes
  std::string_view from_name;  // empty: as the message calls him
  std::string_view to;
  std::string_view language;  // of the words: "en", "ru"
  std::string_view server;    // server.name
  UtcSeconds date{};
  bool is_automatic = false;  // no person did anything: a room answers, a REFRESH is answered
  std::span<const Enclosure> enclosures = {};
  std::span<const std::string> left_out = {};  // files that are not enclosed, told by their names
};
std::string mail_of(const ScheduledLetter& letter, const calendar::Zones& zones);

// The mail address of a calendar user (RFC 5545, 3.3.3; RFC 6068): "mailto:" and %XX undone.
// Nothing: it is no mail address.
std::optional<std::string> mail_address(std::string_view uri);

}  // namespace kontor::scheduling
