// SPDX-License-Identifier: GPL-3.0-or-later
// What happens on connections to the address book by LDAP.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_ldap_connection_opened{"ldap.connection.opened", LogLevel::debug,
                                                    "A client connected by LDAP.", ""};
inline constexpr EventKind k_ldap_connection_refused{
    "ldap.connection.refused", LogLevel::warning,
    "A client was turned away because there are too many connections.",
    "If these are rightful users, raise the limits in [server]; else look at the address."};
inline constexpr EventKind k_ldap_connection_closed{
    "ldap.connection.closed", LogLevel::info,
    "An LDAP connection ended; reason says how, count how many requests it sent.", ""};
inline constexpr EventKind k_ldap_tls_failed{
    "ldap.tls.failed", LogLevel::info, "The TLS handshake with a client failed.",
    "Usual with scanners; with real clients look at the certificate and tls.minimum_version."};
inline constexpr EventKind k_ldap_login_done{"ldap.login.done", LogLevel::info,
                                             "A person signed in to the address book.", ""};
inline constexpr EventKind k_ldap_login_refused{
    "ldap.login.refused", LogLevel::info, "A sign-in failed; the reason is the true one.",
    "Many of one address or user: somebody guesses passwords or a device has an old one."};
inline constexpr EventKind k_ldap_search_done{
    "ldap.search.done", LogLevel::debug,
    "A search was answered; count is how many entries were found, micros how long finding took.",
    ""};
inline constexpr EventKind k_ldap_request_refused{
    "ldap.request.refused", LogLevel::debug,
    "A request was answered with an error; reason says why.", ""};
inline constexpr EventKind k_ldap_request_failed{
    "ldap.request.failed", LogLevel::error,
    "A request ran into a mistake of the server; the connection was closed.",
    "Report the detail; no data is harmed."};

inline constexpr std::array k_ldap_events{
    &k_ldap_connection_opened, &k_ldap_connection_refused, &k_ldap_connection_closed,
    &k_ldap_tls_failed,        &k_ldap_login_done,         &k_ldap_login_refused,
    &k_ldap_search_done,       &k_ldap_request_refused,    &k_ldap_request_failed};

}  // namespace kontor::log::events
