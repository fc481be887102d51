// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the collector: mail fetched from accounts elsewhere; source is the name it has here.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_collector_session_done{
    "collector.session.done", LogLevel::info,
    "A source was asked for mail; count is how many messages came, detail what else there is.", ""};
inline constexpr EventKind k_collector_session_failed{
    "collector.session.failed", LogLevel::warning,
    "A session with a source ended early; what came before is here, the rest is tried again.",
    "The error says why: the network, the certificate, the password. kontorctl collector check "
    "NAME tries at once."};
inline constexpr EventKind k_collector_session_faulty{
    "collector.session.faulty", LogLevel::error,
    "A session with a source ended by a fault of this server itself; it is tried again.",
    "Report it with this line."};
inline constexpr EventKind k_collector_message_taken{
    "collector.message.taken", LogLevel::info, "A message was fetched and is in its mailboxes.",
    ""};
inline constexpr EventKind k_collector_message_left{
    "collector.message.left", LogLevel::warning,
    "A message could not be taken; it stays where it is and is tried again, ever less often.",
    "The error says why: a full mailbox, its size, or the server there."};
inline constexpr EventKind k_collector_message_loop{
    "collector.message.loop", LogLevel::warning,
    "A message was fetched before, or went through too many servers: it goes in a circle. It stays "
    "where it is and is not fetched again.",
    "See whether mail is forwarded from here to the account that it is fetched from."};
inline constexpr EventKind k_collector_source_renewed{
    "collector.source.renewed", LogLevel::warning,
    "The server there has numbered the folder anew (UIDVALIDITY): what has been fetched cannot be "
    "told any more, and fetching begins anew.",
    ""};
inline constexpr EventKind k_collector_source_changed{
    "collector.source.changed", LogLevel::info,
    "kontorctl added, changed or removed a source; command says which.", ""};
inline constexpr EventKind k_collector_source_unreadable{
    "collector.source.unreadable", LogLevel::error,
    "The file of a source cannot be read; nothing is fetched from it.",
    "Restore the file from a backup, or remove the source and add it again."};
inline constexpr EventKind k_collector_state_damaged{
    "collector.state.damaged", LogLevel::warning,
    "What has been fetched from a source cannot be read; the file is set aside and fetching begins "
    "anew. What is still in its mailbox does not come twice.",
    ""};
inline constexpr EventKind k_collector_state_unwritable{
    "collector.state.unwritable", LogLevel::error,
    "What has been fetched from a source could not be written; nothing more is fetched until it "
    "can.",
    "The error says what is wrong with the data folder."};

inline constexpr std::array k_collector_events{
    &k_collector_session_done,   &k_collector_session_failed,  &k_collector_session_faulty,
    &k_collector_message_taken,  &k_collector_message_left,    &k_collector_message_loop,
    &k_collector_source_renewed, &k_collector_source_changed,  &k_collector_source_unreadable,
    &k_collector_state_damaged,  &k_collector_state_unwritable};

}  // namespace kontor::log::events
