// SPDX-License-Identifier: GPL-3.0-or-later
// Events of mail that is held back, of what is learnt of spam, and of the servers that send it.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_message_held{
    "quarantine.message.held", LogLevel::info,
    "A message was taken and is held in quarantine; reason says why.", ""};
inline constexpr EventKind k_message_not_held{
    "quarantine.message.refused", LogLevel::error,
    "A message that is to be held could not be kept; its sender was told to try again.",
    "See quarantine.max_size and the error; kontorctl quarantine delete makes room."};
inline constexpr EventKind k_message_released{"quarantine.message.released", LogLevel::info,
                                              "A held message was delivered to a recipient.", ""};
inline constexpr EventKind k_release_failed{
    "quarantine.release.failed", LogLevel::warning,
    "A held message could not be delivered; it is still held.",
    "The error says what is wrong with the mailbox or the queue."};
inline constexpr EventKind k_held_deleted{"quarantine.message.deleted", LogLevel::info,
                                          "A held message was deleted for a recipient.", ""};
inline constexpr EventKind k_held_expired{
    "quarantine.message.expired", LogLevel::info,
    "A held message was deleted because nobody asked for it within quarantine.keep.", ""};
inline constexpr EventKind k_held_unreadable{
    "quarantine.message.unreadable", LogLevel::error,
    "A message in the quarantine account cannot be read as a held one; it is left alone.",
    "kontorctl store verify says whether the account is sound."};
inline constexpr EventKind k_digest_sent{
    "quarantine.digest.sent", LogLevel::info,
    "Somebody is told which of his mail is held; the letter is in the queue.", ""};
inline constexpr EventKind k_digest_failed{"quarantine.digest.failed", LogLevel::warning,
                                           "Somebody could not be told which of his mail is held.",
                                           "The error says what is wrong with the queue."};

inline constexpr EventKind k_message_learnt{
    "learning.message.learnt", LogLevel::info,
    "rspamd was told of a message what people say of it; detail is spam or ham.", ""};
inline constexpr EventKind k_message_not_learnt{
    "learning.message.failed", LogLevel::warning,
    "A message could not be told to rspamd; it is not tried again.",
    "The error has rspamd's own words: see whether the password is right."};
inline constexpr EventKind k_controller_silent{
    "learning.controller.silent", LogLevel::warning,
    "The controller of rspamd does not answer; what is to be learnt waits.",
    "See whether rspamd runs and listens where learning.controller says."};
inline constexpr EventKind k_learning_dropped{
    "learning.queue.full", LogLevel::warning,
    "So much waits to be learnt that a message was left out.",
    "When it lasts, raise learning.per_minute."};
inline constexpr EventKind k_learning_unreadable{
    "learning.state.unreadable", LogLevel::warning,
    "What waits to be learnt could not be read; it begins anew.", ""};
inline constexpr EventKind k_learning_unwritable{
    "learning.state.unwritable", LogLevel::warning,
    "What waits to be learnt could not be written; a restart would lose it.",
    "The error says what is wrong with the data folder."};
inline constexpr EventKind k_spam_source_listed{
    "spam.source.listed", LogLevel::warning,
    "So much of a server's mail was learnt as spam that it is in the base of spam now; address is "
    "its own.",
    "kontorctl spam-base shows why; screening.spam_base says what becomes of its mail."};
inline constexpr EventKind k_spam_base_unreadable{
    "spam.base.unreadable", LogLevel::warning,
    "The base of servers that send spam could not be read; it begins anew.", ""};
inline constexpr EventKind k_spam_base_unwritable{
    "spam.base.unwritable", LogLevel::warning,
    "The base of servers that send spam could not be written.",
    "The error says what is wrong with the data folder."};

inline constexpr std::array k_quarantine_events{
    &k_message_held,         &k_message_not_held,    &k_message_released,    &k_release_failed,
    &k_held_deleted,         &k_held_expired,        &k_held_unreadable,     &k_digest_sent,
    &k_digest_failed,        &k_message_learnt,      &k_message_not_learnt,  &k_controller_silent,
    &k_learning_dropped,     &k_learning_unreadable, &k_learning_unwritable, &k_spam_source_listed,
    &k_spam_base_unreadable, &k_spam_base_unwritable};

}  // namespace kontor::log::events
