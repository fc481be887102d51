// SPDX-License-Identifier: GPL-3.0-or-later
// Events of SMTP, submission and LMTP: connections, sign-ins, and the fate of each message.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_smtp_session_opened{"smtp.session.opened", LogLevel::debug,
                                                 "A client connected.", ""};
inline constexpr EventKind k_smtp_session_closed{"smtp.session.closed", LogLevel::debug,
                                                 "The connection ended; reason says why.", ""};
inline constexpr EventKind k_smtp_session_failed{
    "smtp.session.failed", LogLevel::error, "A connection ended by a fault of the server itself.",
    "Report it with this line."};
inline constexpr EventKind k_smtp_tls_started{"smtp.tls.started", LogLevel::debug,
                                              "The connection is encrypted from here on.", ""};
inline constexpr EventKind k_smtp_tls_failed{
    "smtp.tls.failed", LogLevel::info, "The TLS handshake failed.",
    "Often the client does not trust the certificate, or is too old for tls.minimum_version."};
inline constexpr EventKind k_smtp_sign_in_done{"smtp.signin.done", LogLevel::info,
                                               "A person signed in for submission.", ""};
inline constexpr EventKind k_smtp_sign_in_refused{
    "smtp.signin.refused", LogLevel::warning,
    "A sign-in failed; the client was not told why. The directory's own event of the same session "
    "has the reason.",
    ""};
inline constexpr EventKind k_smtp_sender_refused{"smtp.sender.refused", LogLevel::info,
                                                 "The reverse-path was refused.", ""};
inline constexpr EventKind k_smtp_recipient_refused{"smtp.recipient.refused", LogLevel::info,
                                                    "A recipient was refused.", ""};
inline constexpr EventKind k_smtp_message_accepted{
    "smtp.message.accepted", LogLevel::info,
    "The message is on disk for every recipient that was answered with 250.", ""};
inline constexpr EventKind k_smtp_message_refused{
    "smtp.message.refused", LogLevel::info,
    "The message was refused as a whole; reason is the true one.", ""};
inline constexpr EventKind k_smtp_notice_lost{
    "smtp.notice.lost", LogLevel::warning,
    "A message was delivered, and the notice of it that its sender asked for could not be made.",
    "The error says what is wrong with the queue."};
inline constexpr EventKind k_smtp_message_lost{
    "smtp.message.unfinished", LogLevel::info,
    "The connection ended before the message did; nothing of it was kept.", ""};
inline constexpr EventKind k_smtp_command_refused{"smtp.command.refused", LogLevel::debug,
                                                  "A command was answered with an error.", ""};

inline constexpr EventKind k_smtp_sent_copy_stored{
    "smtp.sentcopy.stored", LogLevel::info,
    "What was sent in the name of a shared mailbox is in its Sent folder.", ""};
inline constexpr EventKind k_smtp_sent_copy_missing{
    "smtp.sentcopy.missing", LogLevel::info,
    "What was sent in the name of a shared mailbox went out, and no copy is in its Sent folder; "
    "reason or the error says why.",
    "Who sends needs the right i in the Sent folder (kontorctl shares list MAILBOX)."};

inline constexpr EventKind k_smtp_identity_adopted{
    "smtp.session.adopted", LogLevel::info,
    "Somebody who signed in by POP3 from this address a moment ago sends without signing in "
    "(smtp.pop_before_smtp).",
    ""};

inline constexpr EventKind k_day_counts_unreadable{
    "smtp.daycounts.unreadable", LogLevel::warning,
    "How much was sent today could not be read; the limits of a day count from now on.",
    "The file may be removed."};
inline constexpr EventKind k_day_counts_unwritable{
    "smtp.daycounts.unwritable", LogLevel::warning,
    "How much was sent today could not be written; a restart would begin the day anew.",
    "The error says what is wrong with the data folder."};

inline constexpr std::array k_smtp_events{
    &k_day_counts_unreadable, &k_day_counts_unwritable, &k_smtp_identity_adopted,
    &k_smtp_session_opened,   &k_smtp_session_closed,   &k_smtp_session_failed,
    &k_smtp_tls_started,      &k_smtp_tls_failed,       &k_smtp_sign_in_done,
    &k_smtp_sign_in_refused,  &k_smtp_sender_refused,   &k_smtp_recipient_refused,
    &k_smtp_message_accepted, &k_smtp_message_refused,  &k_smtp_message_lost,
    &k_smtp_command_refused,  &k_smtp_notice_lost,      &k_smtp_sent_copy_stored,
    &k_smtp_sent_copy_missing};

}  // namespace kontor::log::events
