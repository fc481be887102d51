// SPDX-License-Identifier: GPL-3.0-or-later
// What happens on POP3 connections.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_pop3_connection_opened{"pop3.connection.opened", LogLevel::debug,
                                                    "A client connected to POP3.", ""};
inline constexpr EventKind k_pop3_connection_refused{
    "pop3.connection.refused", LogLevel::warning,
    "A client was turned away because there are too many connections.",
    "If these are rightful users, raise the limits in [server]; else look at the address."};
inline constexpr EventKind k_pop3_connection_closed{
    "pop3.connection.closed", LogLevel::info,
    "A POP3 connection ended; reason says how, count how many messages it fetched.", ""};
inline constexpr EventKind k_pop3_tls_failed{
    "pop3.tls.failed", LogLevel::info, "The TLS handshake with a client failed.",
    "Usual with scanners; with real clients look at the certificate and tls.minimum_version."};
inline constexpr EventKind k_pop3_login_done{"pop3.login.done", LogLevel::info,
                                             "A person signed in.", ""};
inline constexpr EventKind k_pop3_login_refused{
    "pop3.login.refused", LogLevel::info, "A sign-in failed; the reason is the true one.",
    "Many of one address or user: somebody guesses passwords or a device has an old one."};
inline constexpr EventKind k_pop3_messages_removed{
    "pop3.messages.removed", LogLevel::info,
    "QUIT removed the messages that the client had marked as deleted.",
    "Whose mail vanished by itself usually has a second program that does not leave it on the "
    "server."};
inline constexpr EventKind k_pop3_update_failed{
    "pop3.update.failed", LogLevel::warning,
    "QUIT could not remove the messages that the client had marked; they are all still there.",
    "Look at the disk; the client will fetch or delete them again."};
inline constexpr EventKind k_pop3_command_refused{"pop3.command.refused", LogLevel::debug,
                                                  "A command was answered with -ERR.", ""};
inline constexpr EventKind k_pop3_command_failed{
    "pop3.command.failed", LogLevel::error,
    "A command ran into a mistake of the server; the connection was closed.",
    "Report the detail; the mailbox is not harmed."};

inline constexpr std::array k_pop3_events{&k_pop3_connection_opened, &k_pop3_connection_refused,
                                          &k_pop3_connection_closed, &k_pop3_tls_failed,
                                          &k_pop3_login_done,        &k_pop3_login_refused,
                                          &k_pop3_messages_removed,  &k_pop3_update_failed,
                                          &k_pop3_command_refused,   &k_pop3_command_failed};

}  // namespace kontor::log::events
