// SPDX-License-Identifier: GPL-3.0-or-later
// Events of the server process: start, stop, listeners, certificate, connections.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_server_ready{"server.start.ready", LogLevel::info,
                                          "The server accepts connections.", ""};
inline constexpr EventKind k_server_stopping{
    "server.stop.begun", LogLevel::info,
    "The server was told to stop: no new connections, open ones are ended.", ""};
inline constexpr EventKind k_server_stopped{"server.stop.done", LogLevel::info,
                                            "Everything is on disk and closed.", ""};
inline constexpr EventKind k_server_stop_forced{
    "server.stop.forced", LogLevel::warning,
    "Some connections did not end in time and were cut; nothing acknowledged is lost.", ""};
inline constexpr EventKind k_listener_opened{"server.listener.opened", LogLevel::info,
                                             "The server listens on this address.", ""};
inline constexpr EventKind k_listener_starved{
    "server.listener.starved", LogLevel::error,
    "No file descriptor or memory was left for a new connection; accepting pauses shortly.",
    "Raise the limit of open files (ulimit -n, LimitNOFILE) or lower server.max_connections."};
inline constexpr EventKind k_listener_failed{"server.listener.failed", LogLevel::warning,
                                             "Accepting a connection failed.", ""};
inline constexpr EventKind k_connection_refused{
    "server.connection.refused", LogLevel::warning,
    "A connection was closed at once because a limit of connections is reached.",
    "Look for a client gone wild with kontorctl sessions, or raise server.max_connections."};
inline constexpr EventKind k_connection_blocked{
    "server.connection.blocked", LogLevel::info,
    "A connection was refused because its address is blocked after wrong passwords.",
    "kontorctl blocks lists blocked addresses and takes them off the list."};
inline constexpr EventKind k_connection_denied{
    "server.connection.denied", LogLevel::info,
    "A connection was refused because its address may not use this protocol.",
    "See the settings access.* when somebody should have been let in."};
inline constexpr EventKind k_address_blocked{
    "server.address.blocked", LogLevel::warning,
    "An address is blocked: too many different wrong passwords came from it.",
    "When it is an office or a proxy, name it in sign_in.never_block; kontorctl blocks remove "
    "lets it in again."};
inline constexpr EventKind k_address_unblocked{"server.address.unblocked", LogLevel::info,
                                               "The administrator took blocks off.", ""};
inline constexpr EventKind k_blocks_unreadable{
    "server.blocks.unreadable", LogLevel::warning,
    "The file of blocked addresses is damaged; what could be read is in force.",
    "Nothing: it is written anew."};
inline constexpr EventKind k_blocks_unwritable{
    "server.blocks.unwritable", LogLevel::warning,
    "Blocked addresses could not be written; they are in force until the server stops.",
    "Check the disk of the data folder."};
inline constexpr EventKind k_connection_failed{
    "server.connection.failed", LogLevel::error,
    "A connection ended by a fault of the server itself.", "Report it with this line."};
inline constexpr EventKind k_certificate_loaded{"server.certificate.loaded", LogLevel::info,
                                                "New TLS connections use this certificate.", ""};
inline constexpr EventKind k_certificate_refused{
    "server.certificate.refused", LogLevel::error,
    "The changed certificate is unusable; the one before stays in use.",
    "Correct the files that tls.certificate_file and tls.key_file name; they are read again when "
    "they change."};
inline constexpr EventKind k_certificate_warning{
    "server.certificate.warning", LogLevel::warning,
    "Something about the certificate will trouble clients.",
    "Renew the certificate; the server notices the new files by itself."};
inline constexpr EventKind k_sessions_ended{
    "server.sessions.ended", LogLevel::info,
    "The connections of a person were ended: `reason` says whether the directory disabled or "
    "removed the account, or an app password was revoked.",
    ""};

inline constexpr EventKind k_sessions_renewed{
    "server.sessions.renewed", LogLevel::info,
    "Groups or names of people who are connected changed; their open sessions follow.", ""};

inline constexpr EventKind k_started_as_root{"server.start.as_root", LogLevel::warning,
                                             "The server runs with all rights of root.",
                                             "Set server.user, or start it as a user of its own."};
inline constexpr EventKind k_descriptors_few{
    "server.descriptors.few", LogLevel::warning,
    "The system allows fewer open files than server.max_connections needs.",
    "Raise the hard limit of open files (LimitNOFILE, ulimit -Hn)."};
inline constexpr EventKind k_directory_late{
    "server.directory.late", LogLevel::error,
    "No people are known yet: the server serves, but refuses everybody for the time being.",
    "See the events of the directory for the reason."};
inline constexpr EventKind k_log_not_reopened{
    "server.log.not_reopened", LogLevel::error,
    "After SIGHUP the log file could not be opened again; the one before stays in use.",
    "Check the folder of log.file and its permissions."};

inline constexpr EventKind k_server_reloaded{
    "server.reload.done", LogLevel::info,
    "SIGHUP: the log file was opened again and the certificate read again. Nothing else is "
    "reloaded.",
    "For every other setting restart the server: systemctl restart kontor."};

inline constexpr std::array k_server_events{
    &k_started_as_root,   &k_descriptors_few,    &k_directory_late,      &k_log_not_reopened,
    &k_server_ready,      &k_server_stopping,    &k_server_stopped,      &k_server_stop_forced,
    &k_listener_opened,   &k_listener_starved,   &k_listener_failed,     &k_connection_refused,
    &k_connection_failed, &k_certificate_loaded, &k_certificate_refused, &k_certificate_warning,
    &k_sessions_ended,    &k_sessions_renewed,   &k_connection_blocked,  &k_connection_denied,
    &k_address_blocked,   &k_address_unblocked,  &k_blocks_unreadable,   &k_blocks_unwritable,
    &k_server_reloaded};

}  // namespace kontor::log::events
