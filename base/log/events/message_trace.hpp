// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the message trace: what it could not keep, and what it had to give up.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_trace_opened{"message_trace.server.opened", LogLevel::info,
                                          "The message trace is kept in count files.", ""};
inline constexpr EventKind k_trace_damaged{
    "message_trace.file.damaged", LogLevel::error,
    "A file of the message trace cannot be read; it was set aside under the name with .damaged, "
    "and what it held cannot be asked for any more. Mail is not affected.",
    "Check the disk; the file may be removed."};
inline constexpr EventKind k_trace_newer{
    "message_trace.file.unknown", LogLevel::warning,
    "A file of the message trace is of a newer version of this server; it is left as it is and "
    "not read.",
    ""};
inline constexpr EventKind k_trace_unwritable{
    "message_trace.file.unwritable", LogLevel::error,
    "The message trace could not be written: count steps are lost. Mail is not affected.",
    "The error says what is wrong with the data folder."};
inline constexpr EventKind k_trace_lost{
    "message_trace.steps.lost", LogLevel::warning,
    "Messages came faster than their ways could be written down: count steps are lost. Mail is "
    "not affected.",
    "When it stays so, see what slows the disk of the data folder."};
inline constexpr EventKind k_trace_expired{
    "message_trace.file.expired", LogLevel::info,
    "A file of the message trace was removed; reason says whether its time was over or space was "
    "short.",
    ""};

inline constexpr std::array k_message_trace_events{&k_trace_opened, &k_trace_damaged,
                                                   &k_trace_newer,  &k_trace_unwritable,
                                                   &k_trace_lost,   &k_trace_expired};

}  // namespace kontor::log::events
