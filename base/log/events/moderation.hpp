// SPDX-License-Identifier: GPL-3.0-or-later
// Events of moderation: mail to groups whose moderators decide about it; address is the group's.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_moderation_held{
    "moderation.message.held", LogLevel::info,
    "A message to a group waits for its moderators; count is how many were asked.", ""};
inline constexpr EventKind k_moderation_approved{
    "moderation.message.approved", LogLevel::info,
    "A moderator (user) approved a message; it goes on to the group.", ""};
inline constexpr EventKind k_moderation_rejected{
    "moderation.message.rejected", LogLevel::info,
    "A moderator (user) rejected a message; its sender is told.", ""};
inline constexpr EventKind k_moderation_expired{
    "moderation.message.expired", LogLevel::info,
    "No moderator decided about a message in groups.moderation_lifetime; its sender is told.", ""};
inline constexpr EventKind k_moderation_answer_refused{
    "moderation.answer.refused", LogLevel::warning,
    "Somebody (address) sent an answer about a held message that does not count; reason says why.",
    "An answer counts when it comes from a moderator who signed in."};
inline constexpr EventKind k_moderation_unasked{
    "moderation.message.unasked", LogLevel::warning,
    "A message to a moderated group is held, and nobody could be asked about it.",
    "Give the group a moderator who has a mailbox, or decide by kontorctl moderation."};
inline constexpr EventKind k_moderation_not_done{
    "moderation.step.failed", LogLevel::error,
    "What was decided about a held message could not be carried out now; it is tried again.",
    "The error says what is wrong, mostly with the queue or the data folder."};
inline constexpr EventKind k_moderation_damaged{
    "moderation.file.damaged", LogLevel::error,
    "A held message cannot be read; its file is set aside and nobody is asked about it.",
    "Restore the file from a backup."};

inline constexpr std::array k_moderation_events{
    &k_moderation_held,     &k_moderation_approved,       &k_moderation_rejected,
    &k_moderation_expired,  &k_moderation_answer_refused, &k_moderation_unasked,
    &k_moderation_not_done, &k_moderation_damaged};

}  // namespace kontor::log::events
