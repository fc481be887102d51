// SPDX-License-Identifier: GPL-3.0-or-later
// What happens on ManageSieve connections.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_managesieve_connection_opened{
    "managesieve.connection.opened", LogLevel::debug, "A client connected to ManageSieve.", ""};
inline constexpr EventKind k_managesieve_connection_refused{
    "managesieve.connection.refused", LogLevel::warning,
    "A client was turned away because there are too many connections.",
    "If these are rightful users, raise the limits in [server]; else look at the address."};
inline constexpr EventKind k_managesieve_connection_closed{
    "managesieve.connection.closed", LogLevel::info,
    "A ManageSieve connection ended; reason says how.", ""};
inline constexpr EventKind k_managesieve_tls_failed{
    "managesieve.tls.failed", LogLevel::info, "The TLS handshake with a client failed.",
    "Usual with scanners; with real clients look at the certificate and tls.minimum_version."};
inline constexpr EventKind k_managesieve_login_done{"managesieve.login.done", LogLevel::info,
                                                    "A person signed in.", ""};
inline constexpr EventKind k_managesieve_login_refused{
    "managesieve.login.refused", LogLevel::info, "A sign-in failed; the reason is the true one.",
    "Many of one address or user: somebody guesses passwords or a device has an old one."};
inline constexpr EventKind k_managesieve_command_refused{
    "managesieve.command.refused", LogLevel::debug, "A command was answered with NO.", ""};
inline constexpr EventKind k_managesieve_command_failed{
    "managesieve.command.failed", LogLevel::error,
    "A command ran into a mistake of the server; the connection was closed.",
    "Report the detail; the scripts are not harmed."};

inline constexpr std::array k_managesieve_events{
    &k_managesieve_connection_opened, &k_managesieve_connection_refused,
    &k_managesieve_connection_closed, &k_managesieve_tls_failed,
    &k_managesieve_login_done,        &k_managesieve_login_refused,
    &k_managesieve_command_refused,   &k_managesieve_command_failed};

}  // namespace kontor::log::events
