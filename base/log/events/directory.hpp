// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the directory: sign-ins, sources, the process kontor-directory and its copy.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

// --- sign-in
// --------------------------------------------------------------------------------------
inline constexpr EventKind k_sign_in_done{"directory.sign_in.done", LogLevel::info,
                                          "A person signed in.", ""};
inline constexpr EventKind k_sign_in_refused{
    "directory.sign_in.refused", LogLevel::warning,
    "A sign-in was refused; `reason` is the true one, the client was told none.",
    "Repeated refusals of one user or peer may be an attack or a device with an old password."};
inline constexpr EventKind k_sign_in_unavailable{
    "directory.sign_in.unavailable", LogLevel::error,
    "A sign-in could not be checked; the client was told to try later.",
    "See whether the domain controllers answer: kontorctl status."};

// --- sources
// --------------------------------------------------------------------------------------
inline constexpr EventKind k_source_loaded{"directory.source.loaded", LogLevel::info,
                                           "A source handed over all its people and groups.", ""};
inline constexpr EventKind k_source_changed{"directory.source.changed", LogLevel::info,
                                            "A source reported changes; they are in force.", ""};
inline constexpr EventKind k_source_lost{
    "directory.source.lost", LogLevel::error,
    "A source cannot be read; its last known people and groups stay in force.",
    "Correct what `detail` names; it is tried again by itself."};
inline constexpr EventKind k_source_back{"directory.source.back", LogLevel::info,
                                         "A source that could not be read can be read again.", ""};
inline constexpr EventKind k_source_held_back{
    "directory.source.held_back", LogLevel::error,
    "A complete set of a source would lose many people and was not put in force.",
    "If they are really gone: kontorctl directory accept."};
inline constexpr EventKind k_copy_problem{
    "directory.copy.problem", LogLevel::warning,
    "The people and groups contradict each other, such as two with one address.",
    "Correct the entries that `detail` names."};

// --- process and copy
// -----------------------------------------------------------------------------
inline constexpr EventKind k_agent_started{"directory.agent.started", LogLevel::info,
                                           "The process kontor-directory was started.", ""};
inline constexpr EventKind k_agent_ended{
    "directory.agent.ended", LogLevel::error,
    "The process kontor-directory ended; it is started again, the last copy stays in force.",
    "If it repeats, report it with the log lines before it."};
inline constexpr EventKind k_agent_hanging{
    "directory.agent.hanging", LogLevel::error,
    "The process kontor-directory did not answer in time and was ended.",
    "If it repeats, report it with the log lines before it."};
inline constexpr EventKind k_agent_protocol{
    "directory.agent.protocol", LogLevel::error,
    "A message between kontord and kontor-directory could not be understood.",
    "Both must be of one version: restart the server after an update."};
inline constexpr EventKind k_agent_refused{
    "directory.agent.refused", LogLevel::error,
    "The process kontor-directory could not start its work.",
    "Correct what `detail` names; it is tried again by itself."};
inline constexpr EventKind k_copy_loaded{"directory.copy.loaded", LogLevel::info,
                                         "A copy of the directory is in force.", ""};
inline constexpr EventKind k_copy_unreadable{
    "directory.copy.unreadable", LogLevel::error,
    "The directory copy on disk cannot be used; it is made again from the sources.",
    "Nothing at once: it is made anew. If it repeats, check the disk of the data folder."};
inline constexpr EventKind k_copy_unwritable{
    "directory.copy.unwritable", LogLevel::error,
    "The directory copy could not be written; changes are not in force until it can be.",
    "See whether the disk of the data folder is full or its rights are wrong."};

inline constexpr std::array k_directory_events{
    &k_sign_in_done,   &k_sign_in_refused, &k_sign_in_unavailable, &k_source_loaded,
    &k_source_changed, &k_source_lost,     &k_source_back,         &k_source_held_back,
    &k_copy_problem,   &k_agent_started,   &k_agent_ended,         &k_agent_hanging,
    &k_agent_protocol, &k_agent_refused,   &k_copy_loaded,         &k_copy_unreadable,
    &k_copy_unwritable};

}  // namespace kontor::log::events
