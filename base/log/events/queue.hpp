// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the queue: what became of each recipient of a message that is to reach others.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_queue_opened{"queue.server.opened", LogLevel::info,
                                          "The queue was read from disk; count messages wait.", ""};
inline constexpr EventKind k_queue_damaged{
    "queue.log.damaged", LogLevel::error,
    "A part of the queue's log cannot be read; detail says where. Messages that stood there are "
    "lost, all others are tried as before. The bytes were kept in queue/quarantine.",
    "Check the disk; look in the log for queue.message.queued without a fate to see whose mail it "
    "was."};
inline constexpr EventKind k_queue_closed{
    "queue.log.closed", LogLevel::error,
    "The disk failed while the queue wrote; mail to others is refused for the time being.",
    "Check the disk and its space, then restart the server."};
inline constexpr EventKind k_queue_not_reclaimed{
    "queue.space.kept", LogLevel::warning,
    "Disk space of ended messages could not be given back; it is tried again later.",
    "Check the disk when it stays so."};
inline constexpr EventKind k_queue_full{
    "queue.space.short", LogLevel::warning,
    "A message was refused for the time being: the disk is full up to queue.reserve.",
    "Make room on the disk of the data folder."};
inline constexpr EventKind k_queue_message_queued{"queue.message.queued", LogLevel::info,
                                                  "A message is in the queue, on disk.", ""};
inline constexpr EventKind k_queue_message_ended{
    "queue.message.ended", LogLevel::info,
    "The fate of every recipient of the message is known; it left the queue.", ""};
inline constexpr EventKind k_queue_message_removed{
    "queue.message.removed", LogLevel::warning,
    "An administrator removed the message; it will not reach the recipients that were left.", ""};
inline constexpr EventKind k_queue_message_unreadable{
    "queue.message.unreadable", LogLevel::error, "The bytes of a queued message cannot be read.",
    "Check the disk."};
inline constexpr EventKind k_queue_notice_made{
    "queue.notice.queued", LogLevel::info,
    "A notice to the sender about the fate of recipients is in the queue.", ""};
inline constexpr EventKind k_queue_recipient_delivered{
    "queue.recipient.delivered", LogLevel::info,
    "The message is in a mailbox of this server for this recipient.", ""};
inline constexpr EventKind k_queue_recipient_relayed{
    "queue.recipient.relayed", LogLevel::info, "Another host took the message for this recipient.",
    ""};
inline constexpr EventKind k_queue_recipient_deferred{
    "queue.recipient.deferred", LogLevel::info,
    "The message could not be handed over for this recipient; it is tried again.", ""};
inline constexpr EventKind k_queue_recipient_failed{
    "queue.recipient.failed", LogLevel::warning,
    "The message will not reach this recipient; the sender is told if it asked for it.", ""};
inline constexpr EventKind k_queue_destination_deferred{
    "queue.destination.deferred", LogLevel::warning,
    "No host of this destination can be reached; all its due mail (count recipients) waits for "
    "the next try.",
    "When it stays so, see whether the destination is right and this server may make connections "
    "out."};

inline constexpr EventKind k_queue_paused{
    "queue.domain.paused", LogLevel::warning,
    "An administrator paused a domain: its mail waits until kontorctl queue resume.", ""};
inline constexpr EventKind k_queue_resumed{"queue.domain.resumed", LogLevel::info,
                                           "A paused domain goes on; its mail is due now.", ""};
inline constexpr EventKind k_queue_paused_unreadable{
    "queue.paused.unreadable", LogLevel::error,
    "The list of paused domains cannot be read: no domain is paused.",
    "Pause them again with kontorctl queue pause."};

inline constexpr EventKind k_queue_released{
    "queue.domain.released", LogLevel::info,
    "Mail held for this domain (hold=yes in queue.routes) was asked for by ETRN or an "
    "administrator; count recipients are due now.",
    ""};
inline constexpr EventKind k_queue_bad_mail_kept{
    "queue.badmail.kept", LogLevel::warning,
    "A message could be neither delivered nor returned to anybody; it lies in DATA/badmail with "
    "its "
    "report.",
    "Look at the report; delete the files when they are of no use."};
inline constexpr EventKind k_queue_bad_mail_failed{
    "queue.badmail.failed", LogLevel::error,
    "A message that could be neither delivered nor returned could not be kept in DATA/badmail "
    "either, and is lost.",
    "Look for a full disk, or for the rights of the data folder."};
inline constexpr EventKind k_queue_pickup_taken{
    "queue.pickup.taken", LogLevel::info,
    "A file of DATA/pickup is in the queue and was taken away from there.", ""};
inline constexpr EventKind k_queue_pickup_refused{
    "queue.pickup.refused", LogLevel::warning,
    "A file of DATA/pickup is no message that can be sent; it was renamed to NAME.bad, and "
    "NAME.reason says why.",
    "Mend the file and move it there again under its old name."};
inline constexpr EventKind k_queue_pickup_failed{
    "queue.pickup.failed", LogLevel::error,
    "A file of DATA/pickup cannot be sent for the time being; it is tried again.",
    "The error says why: often rights, or a full disk."};

inline constexpr std::array k_queue_events{
    &k_queue_opened,
    &k_queue_damaged,
    &k_queue_closed,
    &k_queue_not_reclaimed,
    &k_queue_full,
    &k_queue_message_queued,
    &k_queue_message_ended,
    &k_queue_message_removed,
    &k_queue_message_unreadable,
    &k_queue_notice_made,
    &k_queue_recipient_delivered,
    &k_queue_recipient_relayed,
    &k_queue_recipient_deferred,
    &k_queue_recipient_failed,
    &k_queue_destination_deferred,
    &k_queue_paused,
    &k_queue_resumed,
    &k_queue_paused_unreadable,
    &k_queue_released,
    &k_queue_bad_mail_kept,
    &k_queue_bad_mail_failed,
    &k_queue_pickup_taken,
    &k_queue_pickup_refused,
    &k_queue_pickup_failed,
};

}  // namespace kontor::log::events
