// SPDX-License-Identifier: GPL-3.0-or-later
// What happens on IMAP connections.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_imap_connection_opened{"imap.connection.opened", LogLevel::debug,
                                                    "A client connected to IMAP.", ""};
inline constexpr EventKind k_imap_connection_refused{
    "imap.connection.refused", LogLevel::warning,
    "A client was turned away because there are too many connections.",
    "If these are rightful users, raise the limits in [server]; else look at the address."};
inline constexpr EventKind k_imap_connection_closed{
    "imap.connection.closed", LogLevel::info, "An IMAP connection ended; the reason says how.", ""};
inline constexpr EventKind k_imap_tls_failed{
    "imap.tls.failed", LogLevel::info, "The TLS handshake with a client failed.",
    "Usual with scanners; with real clients look at the certificate and tls.minimum_version."};
inline constexpr EventKind k_imap_login_done{"imap.login.done", LogLevel::info,
                                             "A person signed in.", ""};
inline constexpr EventKind k_imap_login_refused{
    "imap.login.refused", LogLevel::info, "A sign-in failed; the reason is the true one.",
    "Many of one address or user: somebody guesses passwords or a device has an old one."};
inline constexpr EventKind k_imap_command_done{"imap.command.done", LogLevel::debug,
                                               "A command was answered with OK.", ""};
inline constexpr EventKind k_imap_command_refused{"imap.command.refused", LogLevel::info,
                                                  "A command was answered with NO or BAD.", ""};
inline constexpr EventKind k_imap_command_failed{
    "imap.command.failed", LogLevel::error,
    "A command ran into a mistake of the server; the connection was closed.",
    "Report the detail; the mailbox is not harmed."};

inline constexpr std::array k_imap_events{
    &k_imap_connection_opened, &k_imap_connection_refused, &k_imap_connection_closed,
    &k_imap_tls_failed,        &k_imap_login_done,         &k_imap_login_refused,
    &k_imap_command_done,      &k_imap_command_refused,    &k_imap_command_failed};

}  // namespace kontor::log::events
