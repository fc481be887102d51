// SPDX-License-Identifier: GPL-3.0-or-later
// What happens on HTTPS connections.
#pragma once
#include <array>

#include "base/log/log.hpp"

namespace kontor::log::events {

inline constexpr EventKind k_http_connection_opened{"http.connection.opened", LogLevel::debug,
                                                    "A client connected by HTTPS.", ""};
inline constexpr EventKind k_http_connection_refused{
    "http.connection.refused", LogLevel::warning,
    "A client was turned away because there are too many connections.",
    "If these are rightful users, raise the limits in [server]; else look at the address."};
inline constexpr EventKind k_http_connection_closed{
    "http.connection.closed", LogLevel::info,
    "An HTTPS connection ended; reason says how, count how many requests it sent.", ""};
inline constexpr EventKind k_http_tls_failed{
    "http.tls.failed", LogLevel::info, "The TLS handshake with a client failed.",
    "Usual with scanners; with real clients look at the certificate and tls.minimum_version."};
inline constexpr EventKind k_http_login_done{
    "http.login.done", LogLevel::info,
    "A person signed in; told once for the requests of a connection.", ""};
inline constexpr EventKind k_http_login_refused{
    "http.login.refused", LogLevel::info, "A sign-in failed; the reason is the true one.",
    "Many of one address or user: somebody guesses passwords or a device has an old one."};
inline constexpr EventKind k_http_access{
    "http.access.logged", LogLevel::info,
    "A request was answered; command is its method, route the part of the server it went to, "
    "status "
    "the answer, bytes its size, micros the time from its last byte to the answer.",
    "http.access_log switches it off."};
inline constexpr EventKind k_http_rate_limited{
    "http.rate.limited", LogLevel::warning,
    "A person or an address sends more requests than [http] allows and is answered 429; told once "
    "a "
    "minute.",
    "When it is a proxy or an office, name it in http.unlimited_networks; else look at the "
    "program."};
inline constexpr EventKind k_http_request_done{
    "http.request.done", LogLevel::debug,
    "A request was answered; command is its method, detail its path, status the answer.", ""};
inline constexpr EventKind k_http_request_refused{
    "http.request.refused", LogLevel::debug,
    "A request could not be taken or carried out; the reason says why.", ""};
inline constexpr EventKind k_http_request_failed{
    "http.request.failed", LogLevel::error,
    "A request ran into a mistake of the server; the connection was closed.",
    "Report the detail; no data is harmed."};

inline constexpr std::array k_http_events{&k_http_connection_opened,
                                          &k_http_connection_refused,
                                          &k_http_connection_closed,
                                          &k_http_tls_failed,
                                          &k_http_login_done,
                                          &k_http_login_refused,
                                          &k_http_access,
                                          &k_http_rate_limited,
                                          &k_http_request_done,
                                          &k_http_request_refused,
                                          &k_http_request_failed};

}  // namespace kontor::log::events
