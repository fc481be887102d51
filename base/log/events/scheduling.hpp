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

inline constexpr std::array k_scheduling_events{&k_schedule_failed, &k_room_answered};

}  // namespace kontor::log::events
