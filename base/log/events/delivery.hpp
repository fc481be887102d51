// SPDX-License-Identifier: GPL-3.0-or-later
// Events of delivery: what became of each copy of an accepted message.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_copy_stored{"delivery.copy.stored", LogLevel::info,
                                         "A copy of the message is on disk in this mailbox.", ""};
inline constexpr EventKind k_copy_failed{
    "delivery.copy.failed", LogLevel::warning,
    "A copy could not be stored; the sender was told and tries again, or tells its user.",
    "The error says what is wrong with this mailbox or the disk."};
inline constexpr EventKind k_copy_skipped{
    "delivery.copy.skipped", LogLevel::info,
    "This mailbox has the message from an earlier try that failed for other recipients; it was not "
    "stored a second time.",
    ""};

inline constexpr EventKind k_copy_filed{
    "delivery.copy.filed", LogLevel::info,
    "The script of this mailbox's owner put the message into this folder.", ""};
inline constexpr EventKind k_copy_sorted{
    "delivery.copy.sorted", LogLevel::info,
    "The recipient's own lists of senders put the message into his folder for junk, or kept it out "
    "of it.",
    ""};
inline constexpr EventKind k_copy_in_folder{
    "delivery.copy.folder", LogLevel::info,
    "A message to the address of a folder is on disk in that folder.", ""};
inline constexpr EventKind k_copy_redirected{
    "delivery.copy.redirected", LogLevel::info,
    "The script of this mailbox's owner sent the message on; it is in the queue.", ""};
inline constexpr EventKind k_redirect_refused{
    "delivery.redirect.refused", LogLevel::info,
    "A script wanted to send the message on; that is not allowed, or it went in a circle. It was "
    "kept.",
    "Where people shall forward mail to others, policy (local_only) must let them."};
inline constexpr EventKind k_copy_discarded{
    "delivery.copy.discarded", LogLevel::info,
    "The script of this mailbox's owner discarded the message.", ""};
inline constexpr EventKind k_copy_refused{
    "delivery.copy.refused", LogLevel::info,
    "The script of this mailbox's owner refused the message; its sender is told.", ""};
inline constexpr EventKind k_script_failed{
    "delivery.script.failed", LogLevel::warning,
    "The script of this mailbox's owner has a mistake; the message came into the INBOX, and he is "
    "told once.",
    "kontorctl sieve check shows the mistake."};

inline constexpr EventKind k_reply_sent{
    "delivery.reply.sent", LogLevel::info,
    "The sender is told that this person is out of office; the answer is in the queue.", ""};
inline constexpr EventKind k_reply_failed{
    "delivery.reply.failed", LogLevel::warning,
    "A message was stored, but its sender could not be told that this person is out of office.",
    "The error says what is wrong with this mailbox or the queue."};

inline constexpr std::array k_delivery_events{
    &k_copy_stored,      &k_copy_failed,    &k_copy_skipped, &k_copy_filed,    &k_copy_redirected,
    &k_redirect_refused, &k_copy_discarded, &k_copy_refused, &k_script_failed, &k_reply_sent,
    &k_reply_failed,     &k_copy_in_folder, &k_copy_sorted};

}  // namespace kontor::log::events
