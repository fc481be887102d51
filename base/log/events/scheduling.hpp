// SPDX-License-Identifier: GPL-3.0-or-later
// Events of scheduling: meetings of people and rooms.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_schedule_failed{
    "scheduling.message.failed", LogLevel::warning,
    "A person or a room could not be told of a meeting; its organizer sees SCHEDULE-STATUS 5.1.",
    "The error says what is wrong with this mailbox or the disk; the organizer sends it again by "
    "changing the meeting."};

inline constexpr EventKind k_room_answered{
    "scheduling.room.answered", LogLevel::info,
    "A room or a piece of equipment answered a request: `status` is what, `reason` why not.", ""};

inline constexpr EventKind k_invitation_sent{
    "scheduling.mail.sent", LogLevel::info,
    "An invitation, an answer or a cancellation (`command`) to somebody outside became a mail in "
    "the queue; status 1.1. Another status says why no mail was written.",
    ""};
inline constexpr EventKind k_invitation_failed{
    "scheduling.mail.failed", LogLevel::warning,
    "Somebody outside could not be written to; who changed the meeting sees SCHEDULE-STATUS 5.1.",
    "The error says what is wrong with the queue or the mailbox; the next change of the meeting "
    "sends it again."};
inline constexpr EventKind k_invitation_taken{
    "scheduling.mail.taken", LogLevel::info,
    "A mail from outside spoke of a meeting, and the calendars of this mailbox follow it.", ""};
inline constexpr EventKind k_invitation_left{
    "scheduling.mail.left", LogLevel::info,
    "A mail spoke of a meeting, and was not followed: `reason` says why. It lies in the mailbox as "
    "any other.",
    ""};

inline constexpr EventKind k_untold_resumed{
    "scheduling.untold.resumed", LogLevel::info,
    "The server ended before everybody was told of some changes of meetings (`count`); the rest "
    "(`recipients`) is told now.",
    ""};
inline constexpr EventKind k_untold_unreadable{
    "scheduling.untold.unreadable", LogLevel::warning,
    "What was still to be told of a change of a meeting cannot be read from this file.",
    "The organizer tells everybody again by changing the meeting; then remove the file."};

inline constexpr std::array k_scheduling_events{
    &k_schedule_failed,  &k_room_answered,   &k_invitation_sent, &k_invitation_failed,
    &k_invitation_taken, &k_invitation_left, &k_untold_resumed,  &k_untold_unreadable};

}  // namespace kontor::log::events
