// SPDX-License-Identifier: GPL-3.0-or-later
// The scheduling message that a mail carries (iMIP, RFC 6047), and whether who wrote the mail may
// say it. Pure; hostile input.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/mime/message.hpp"
#include "calendar/itip/message.hpp"

namespace kontor::scheduling {

// Why a mail changes no calendar.
enum class NotTaken : std::uint8_t {
  no_message,    // no text/calendar part with a method: ordinary mail
  unreadable,    // the part cannot be read, or is too large
  other_method,  // the part's method is not the calendar's (RFC 6047, 2.4)
  other_sender,  // From is neither who speaks nor somebody of his domain whom he names as SENT-BY
};
std::string_view name_of(NotTaken reason) noexcept;  // "other-sender", for the log

struct MailLimits {
  mime::Limits mime;
  calendar::ObjectLimits object;
};

// The first text/calendar part with a method, wherever multiparts hold it; what lies in a forwarded
// message is not for this reader. `from` is who speaks: the organizer (REQUEST, ADD, CANCEL,
// DECLINECOUNTER, PUBLISH) or the attendee. Alarms and SCHEDULE- parameters are the reader's own
// business and are taken off. `to` is empty.
std::expected<calendar::SchedulingMessage, NotTaken> read_mail(std::string_view raw,
                                                               const MailLimits& limits);

// As whom a message from outside addresses somebody with these addresses: the attendee, or of an
// attendee's message the organizer. Empty: it is not for him.
std::string addressed_as(const calendar::SchedulingMessage& message,
                         const std::vector<std::string>& addresses);

}  // namespace kontor::scheduling
